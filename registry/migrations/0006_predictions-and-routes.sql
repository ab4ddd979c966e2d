CREATE TYPE "relevo"."contest_route_stage" AS ENUM('shadow', 'canary');--> statement-breakpoint
CREATE TABLE "relevo"."outcomes" (
	"id" bigserial PRIMARY KEY NOT NULL,
	"pipeline" text NOT NULL,
	"prediction_id" uuid,
	"key" text,
	"actual" json NOT NULL,
	"at" timestamp with time zone NOT NULL,
	"received_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "outcomes_about" CHECK (("relevo"."outcomes"."prediction_id" is null) <> ("relevo"."outcomes"."key" is null))
);
--> statement-breakpoint
CREATE TABLE "relevo"."predictions" (
	"id" uuid NOT NULL,
	"at" timestamp with time zone NOT NULL,
	"pipeline" text NOT NULL,
	"version" text NOT NULL,
	"key" text,
	"inputs" json,
	"answer" json NOT NULL,
	"latency_us" integer NOT NULL,
	"stage" "relevo"."contest_route_stage",
	"others" json,
	CONSTRAINT "predictions_id_at_pk" PRIMARY KEY("id","at")
) PARTITION BY RANGE ("at");
--> statement-breakpoint
CREATE TABLE "relevo"."contest_routes" (
	"pipeline" text NOT NULL,
	"challenger" text NOT NULL,
	"stage" "relevo"."contest_route_stage" NOT NULL,
	"share" double precision NOT NULL,
	"salt" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "contest_routes_pipeline_challenger_pk" PRIMARY KEY("pipeline","challenger"),
	CONSTRAINT "contest_routes_share" CHECK ("relevo"."contest_routes"."share" between 0 and 1),
	CONSTRAINT "contest_routes_shadow" CHECK ("relevo"."contest_routes"."stage" <> 'shadow' or "relevo"."contest_routes"."share" = 0)
);
--> statement-breakpoint
ALTER TABLE "relevo"."contest_routes" ADD CONSTRAINT "contest_routes_version" FOREIGN KEY ("pipeline","challenger") REFERENCES "relevo"."model_versions"("pipeline","version") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "outcomes_prediction" ON "relevo"."outcomes" USING btree ("pipeline","prediction_id");--> statement-breakpoint
CREATE UNIQUE INDEX "outcomes_key" ON "relevo"."outcomes" USING btree ("pipeline","key");--> statement-breakpoint
CREATE INDEX "outcomes_received" ON "relevo"."outcomes" USING btree ("pipeline","received_at");--> statement-breakpoint
CREATE INDEX "predictions_newest" ON "relevo"."predictions" USING btree ("pipeline","at");--> statement-breakpoint
CREATE INDEX "predictions_key" ON "relevo"."predictions" USING btree ("pipeline","key","at") WHERE "relevo"."predictions"."key" is not null;--> statement-breakpoint
CREATE INDEX "predictions_contest" ON "relevo"."predictions" USING btree ("pipeline","at","version") WHERE "relevo"."predictions"."stage" is not null;