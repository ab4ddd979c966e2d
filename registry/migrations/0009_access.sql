CREATE TYPE "relevo"."audit_outcome" AS ENUM('done', 'refused', 'failed');--> statement-breakpoint
CREATE TABLE "relevo"."api_keys" (
	"id" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"secret_hash" text NOT NULL,
	"previous_hash" text,
	"previous_until" timestamp with time zone,
	"grants" json NOT NULL,
	"rate_per_second" double precision,
	"created_by" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp with time zone,
	"rotated_at" timestamp with time zone,
	"revoked_at" timestamp with time zone,
	"last_used_at" timestamp with time zone,
	CONSTRAINT "api_keys_overlap" CHECK (("relevo"."api_keys"."previous_hash" is null) = ("relevo"."api_keys"."previous_until" is null)),
	CONSTRAINT "api_keys_rate" CHECK ("relevo"."api_keys"."rate_per_second" > 0)
);
--> statement-breakpoint
CREATE TABLE "relevo"."audit_events" (
	"id" bigserial PRIMARY KEY NOT NULL,
	"at" timestamp with time zone DEFAULT now() NOT NULL,
	"actor" text NOT NULL,
	"action" text NOT NULL,
	"target" text NOT NULL,
	"pipeline" text,
	"request_id" text,
	"remote_address" text,
	"outcome" "relevo"."audit_outcome" NOT NULL,
	"status" integer,
	"input" json,
	"before" json,
	"after" json
);
--> statement-breakpoint
CREATE TABLE "relevo"."oidc_logins" (
	"state_hash" text PRIMARY KEY NOT NULL,
	"nonce" text NOT NULL,
	"code_verifier" text NOT NULL,
	"return_to" text NOT NULL,
	"expires_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "relevo"."rate_buckets" (
	"kind" text NOT NULL,
	"name" text NOT NULL,
	"tokens" double precision NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "rate_buckets_kind_name_pk" PRIMARY KEY("kind","name")
);
--> statement-breakpoint
CREATE TABLE "relevo"."sessions" (
	"id" text PRIMARY KEY NOT NULL,
	"secret_hash" text NOT NULL,
	"actor" text NOT NULL,
	"grants" json NOT NULL,
	"user" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "relevo"."users" (
	"name" text PRIMARY KEY NOT NULL,
	"password_hash" text NOT NULL,
	"grants" json NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"password_set_at" timestamp with time zone DEFAULT now() NOT NULL,
	"disabled_at" timestamp with time zone
);
--> statement-breakpoint
ALTER TABLE "relevo"."sessions" ADD CONSTRAINT "sessions_user_users_name_fk" FOREIGN KEY ("user") REFERENCES "relevo"."users"("name") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "api_keys_newest" ON "relevo"."api_keys" USING btree ("created_at","id");--> statement-breakpoint
CREATE INDEX "audit_events_of_pipeline" ON "relevo"."audit_events" USING btree ("pipeline","id");--> statement-breakpoint
CREATE INDEX "audit_events_of_actor" ON "relevo"."audit_events" USING btree ("actor","id");--> statement-breakpoint
CREATE INDEX "rate_buckets_idle" ON "relevo"."rate_buckets" USING btree ("updated_at");--> statement-breakpoint
CREATE INDEX "sessions_of_user" ON "relevo"."sessions" USING btree ("user");--> statement-breakpoint
CREATE INDEX "sessions_expiring" ON "relevo"."sessions" USING btree ("expires_at");