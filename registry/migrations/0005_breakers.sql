CREATE TYPE "relevo"."breaker_action" AS ENUM('admit', 'refuse', 'conclude', 'force');--> statement-breakpoint
CREATE TYPE "relevo"."breaker_state" AS ENUM('closed', 'open', 'half_open');--> statement-breakpoint
CREATE TABLE "relevo"."breaker_events" (
	"id" bigserial PRIMARY KEY NOT NULL,
	"pipeline" text NOT NULL,
	"action" "relevo"."breaker_action" NOT NULL,
	"from" "relevo"."breaker_state" NOT NULL,
	"to" "relevo"."breaker_state" NOT NULL,
	"actor" text NOT NULL,
	"reason" text NOT NULL,
	"workflow_run_id" text,
	"at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "breaker_events_of_run" UNIQUE("pipeline","action","workflow_run_id")
);
--> statement-breakpoint
CREATE TABLE "relevo"."breakers" (
	"pipeline" text PRIMARY KEY NOT NULL,
	"state" "relevo"."breaker_state" DEFAULT 'closed' NOT NULL,
	"forced" boolean DEFAULT false NOT NULL,
	"failures" integer DEFAULT 0 NOT NULL,
	"losses" integer DEFAULT 0 NOT NULL,
	"opened_at" timestamp with time zone,
	"trial_run" text,
	"trial_workflow_run_id" text,
	"trial_at" timestamp with time zone,
	CONSTRAINT "breakers_opened" CHECK (("relevo"."breakers"."state" = 'closed') = ("relevo"."breakers"."opened_at" is null)),
	CONSTRAINT "breakers_trial" CHECK (("relevo"."breakers"."state" = 'half_open') = ("relevo"."breakers"."trial_run" is not null))
);
--> statement-breakpoint
ALTER TABLE "relevo"."breakers" ADD CONSTRAINT "breakers_pipeline_pipelines_name_fk" FOREIGN KEY ("pipeline") REFERENCES "relevo"."pipelines"("name") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "breaker_events_newest" ON "relevo"."breaker_events" USING btree ("pipeline","id");--> statement-breakpoint
-- The audit of the breakers is only ever added to.
CREATE TRIGGER "breaker_events_append_only" BEFORE UPDATE OR DELETE ON "relevo"."breaker_events"
	FOR EACH ROW EXECUTE FUNCTION "relevo"."refuse_change"();
--> statement-breakpoint
CREATE TRIGGER "breaker_events_no_truncate" BEFORE TRUNCATE ON "relevo"."breaker_events"
	FOR EACH STATEMENT EXECUTE FUNCTION "relevo"."refuse_change"();
