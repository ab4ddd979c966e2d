CREATE TYPE "relevo"."alert_channel" AS ENUM('webhook', 'email');--> statement-breakpoint
CREATE TYPE "relevo"."alert_event_kind" AS ENUM('raised', 'repeated', 'reopened', 'escalated', 'acknowledged', 'silenced', 'resolved');--> statement-breakpoint
CREATE TYPE "relevo"."alert_kind" AS ENUM('drift', 'quality', 'performance', 'retrain', 'contest', 'breaker', 'source');--> statement-breakpoint
CREATE TYPE "relevo"."alert_severity" AS ENUM('info', 'warning', 'critical');--> statement-breakpoint
CREATE TYPE "relevo"."alert_state" AS ENUM('open', 'acknowledged', 'resolved');--> statement-breakpoint
CREATE TYPE "relevo"."alert_delivery_state" AS ENUM('waiting', 'sent', 'failed');--> statement-breakpoint
CREATE TYPE "relevo"."drift_verdict" AS ENUM('drift', 'no_drift', 'insufficient_data');--> statement-breakpoint
CREATE TABLE "relevo"."alert_deliveries" (
	"event" bigint NOT NULL,
	"channel" "relevo"."alert_channel" NOT NULL,
	"state" "relevo"."alert_delivery_state" DEFAULT 'waiting' NOT NULL,
	"attempts" integer DEFAULT 0 NOT NULL,
	"due_at" timestamp with time zone DEFAULT now() NOT NULL,
	"error" text,
	"sent_at" timestamp with time zone,
	CONSTRAINT "alert_deliveries_event_channel_pk" PRIMARY KEY("event","channel")
);
--> statement-breakpoint
CREATE TABLE "relevo"."alert_events" (
	"id" bigserial PRIMARY KEY NOT NULL,
	"alert" bigint NOT NULL,
	"pipeline" text NOT NULL,
	"event" "relevo"."alert_event_kind" NOT NULL,
	"snapshot" json NOT NULL,
	"tell" boolean NOT NULL,
	"at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "relevo"."alerts" (
	"sequence" bigserial PRIMARY KEY NOT NULL,
	"pipeline" text NOT NULL,
	"dedup_key" text NOT NULL,
	"kind" "relevo"."alert_kind" NOT NULL,
	"severity" "relevo"."alert_severity" NOT NULL,
	"message" json NOT NULL,
	"about" json NOT NULL,
	"count" integer DEFAULT 1 NOT NULL,
	"state" "relevo"."alert_state" DEFAULT 'open' NOT NULL,
	"acknowledged_by" text,
	"note" text,
	"first_at" timestamp with time zone DEFAULT now() NOT NULL,
	"last_at" timestamp with time zone DEFAULT now() NOT NULL,
	"silenced_until" timestamp with time zone,
	"resolved_at" timestamp with time zone,
	"told_at" timestamp with time zone,
	CONSTRAINT "alerts_resolved" CHECK (("relevo"."alerts"."state" = 'resolved') = ("relevo"."alerts"."resolved_at" is not null)),
	CONSTRAINT "alerts_count" CHECK ("relevo"."alerts"."count" >= 1)
);
--> statement-breakpoint
CREATE TABLE "relevo"."drift_checks" (
	"pipeline" text NOT NULL,
	"id" text NOT NULL,
	"sequence" bigserial NOT NULL,
	"run_id" text NOT NULL,
	"model_version" text NOT NULL,
	"dataset_version" text NOT NULL,
	"verdict" "relevo"."drift_verdict" NOT NULL,
	"report" json NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "drift_checks_pipeline_id_pk" PRIMARY KEY("pipeline","id"),
	CONSTRAINT "drift_checks_sequence_unique" UNIQUE("sequence")
);
--> statement-breakpoint
CREATE TABLE "relevo"."monitor_states" (
	"pipeline" text PRIMARY KEY NOT NULL,
	"check_id" text NOT NULL,
	"state" json NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "relevo"."alert_deliveries" ADD CONSTRAINT "alert_deliveries_event_alert_events_id_fk" FOREIGN KEY ("event") REFERENCES "relevo"."alert_events"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "relevo"."alert_events" ADD CONSTRAINT "alert_events_alert_alerts_sequence_fk" FOREIGN KEY ("alert") REFERENCES "relevo"."alerts"("sequence") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "relevo"."drift_checks" ADD CONSTRAINT "drift_checks_pipeline_pipelines_name_fk" FOREIGN KEY ("pipeline") REFERENCES "relevo"."pipelines"("name") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "relevo"."monitor_states" ADD CONSTRAINT "monitor_states_check" FOREIGN KEY ("pipeline","check_id") REFERENCES "relevo"."drift_checks"("pipeline","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "alert_deliveries_due" ON "relevo"."alert_deliveries" USING btree ("due_at") WHERE "relevo"."alert_deliveries"."state" = 'waiting';--> statement-breakpoint
CREATE INDEX "alert_events_to_tell" ON "relevo"."alert_events" USING btree ("id") WHERE "relevo"."alert_events"."tell";--> statement-breakpoint
CREATE UNIQUE INDEX "alerts_standing" ON "relevo"."alerts" USING btree ("pipeline","dedup_key") WHERE "relevo"."alerts"."state" <> 'resolved';--> statement-breakpoint
CREATE INDEX "alerts_newest_of_key" ON "relevo"."alerts" USING btree ("pipeline","dedup_key","sequence");--> statement-breakpoint
CREATE INDEX "drift_checks_newest" ON "relevo"."drift_checks" USING btree ("pipeline","sequence");