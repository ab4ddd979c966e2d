CREATE SCHEMA IF NOT EXISTS "relevo";
--> statement-breakpoint
CREATE TYPE "relevo"."alias_action" AS ENUM('register', 'promote', 'rollback');--> statement-breakpoint
CREATE TYPE "relevo"."alias_name" AS ENUM('champion', 'challenger', 'previous');--> statement-breakpoint
CREATE TYPE "relevo"."run_kind" AS ENUM('ingest', 'train', 'promote', 'rollback');--> statement-breakpoint
CREATE TYPE "relevo"."run_state" AS ENUM('running', 'completed', 'failed', 'cancelled', 'terminated', 'timed_out');--> statement-breakpoint
CREATE TYPE "relevo"."trial_state" AS ENUM('asked', 'complete', 'pruned', 'failed');--> statement-breakpoint
CREATE TABLE "relevo"."alias_events" (
	"id" bigserial PRIMARY KEY NOT NULL,
	"pipeline" text NOT NULL,
	"action" "relevo"."alias_action" NOT NULL,
	"version" text NOT NULL,
	"champion" text,
	"challenger" text,
	"previous" text,
	"actor" text NOT NULL,
	"reason" text NOT NULL,
	"evidence" json,
	"request_id" text,
	"at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "alias_events_request" UNIQUE("pipeline","request_id")
);
--> statement-breakpoint
CREATE TABLE "relevo"."aliases" (
	"pipeline" text NOT NULL,
	"alias" "relevo"."alias_name" NOT NULL,
	"version" text NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "aliases_pipeline_alias_pk" PRIMARY KEY("pipeline","alias")
);
--> statement-breakpoint
CREATE TABLE "relevo"."dataset_versions" (
	"id" text PRIMARY KEY NOT NULL,
	"sequence" bigserial NOT NULL,
	"pipeline" text NOT NULL,
	"source" text NOT NULL,
	"synthetic" boolean NOT NULL,
	"rows" bigint NOT NULL,
	"manifest" json NOT NULL,
	"profile" jsonb NOT NULL,
	"quarantine" jsonb,
	"repairs" jsonb,
	"report" jsonb NOT NULL,
	"run_id" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "dataset_versions_sequence_unique" UNIQUE("sequence"),
	CONSTRAINT "dataset_versions_rows" CHECK ("relevo"."dataset_versions"."rows" >= 0),
	CONSTRAINT "dataset_versions_id" CHECK ("relevo"."dataset_versions"."id" ~ '^[a-z][a-z0-9-]*/[a-z][a-z0-9-]*@[0-9a-f]{12}$')
);
--> statement-breakpoint
CREATE TABLE "relevo"."model_versions" (
	"pipeline" text NOT NULL,
	"major" integer NOT NULL,
	"minor" integer NOT NULL,
	"patch" integer NOT NULL,
	"version" text GENERATED ALWAYS AS ("relevo"."model_versions"."major"::text || '.' || "relevo"."model_versions"."minor"::text || '.' || "relevo"."model_versions"."patch"::text) STORED NOT NULL,
	"run_id" text NOT NULL,
	"dataset_version" text NOT NULL,
	"source" text NOT NULL,
	"synthetic" boolean NOT NULL,
	"split_artifact" jsonb NOT NULL,
	"split_spec" jsonb NOT NULL,
	"seed" bigint NOT NULL,
	"estimator" text NOT NULL,
	"candidate" text NOT NULL,
	"params" json NOT NULL,
	"metrics" jsonb NOT NULL,
	"candidates" json NOT NULL,
	"environment" json NOT NULL,
	"code_revision" text NOT NULL,
	"onnx" jsonb NOT NULL,
	"native" jsonb NOT NULL,
	"artifacts" json NOT NULL,
	"spec" json NOT NULL,
	"input_schema_hash" text NOT NULL,
	"parity_max_absolute" double precision NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "model_versions_pipeline_version_pk" PRIMARY KEY("pipeline","version"),
	CONSTRAINT "model_versions_run_id_unique" UNIQUE("run_id"),
	CONSTRAINT "model_versions_semver" CHECK ("relevo"."model_versions"."major" >= 1 and "relevo"."model_versions"."minor" >= 0 and "relevo"."model_versions"."patch" >= 0),
	CONSTRAINT "model_versions_parity" CHECK ("relevo"."model_versions"."parity_max_absolute" between 0 and 1e300)
);
--> statement-breakpoint
CREATE TABLE "relevo"."pipelines" (
	"name" text PRIMARY KEY NOT NULL,
	"spec" json NOT NULL,
	"spec_sha256" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "relevo"."runs" (
	"id" text NOT NULL,
	"workflow_run_id" text NOT NULL,
	"sequence" bigserial NOT NULL,
	"kind" "relevo"."run_kind" NOT NULL,
	"pipeline" text NOT NULL,
	"state" "relevo"."run_state" DEFAULT 'running' NOT NULL,
	"input" json,
	"result" json,
	"error" json,
	"started_at" timestamp with time zone DEFAULT now() NOT NULL,
	"finished_at" timestamp with time zone,
	CONSTRAINT "runs_id_workflow_run_id_pk" PRIMARY KEY("id","workflow_run_id"),
	CONSTRAINT "runs_sequence_unique" UNIQUE("sequence"),
	CONSTRAINT "runs_finished" CHECK (("relevo"."runs"."state" = 'running') = ("relevo"."runs"."finished_at" is null))
);
--> statement-breakpoint
CREATE TABLE "relevo"."searches" (
	"id" text PRIMARY KEY NOT NULL,
	"run_id" text NOT NULL,
	"pipeline" text NOT NULL,
	"candidate" text NOT NULL,
	"estimator" text NOT NULL,
	"space" json NOT NULL,
	"seed" bigint NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "relevo"."trials" (
	"search_id" text NOT NULL,
	"number" integer NOT NULL,
	"batch" integer NOT NULL,
	"params" json NOT NULL,
	"state" "relevo"."trial_state" DEFAULT 'asked' NOT NULL,
	"score" double precision,
	"steps" json DEFAULT '[]'::json NOT NULL,
	"error" text,
	"asked_at" timestamp with time zone DEFAULT now() NOT NULL,
	"told_at" timestamp with time zone,
	CONSTRAINT "trials_search_id_number_pk" PRIMARY KEY("search_id","number"),
	CONSTRAINT "trials_number" CHECK ("relevo"."trials"."number" >= 0 and "relevo"."trials"."batch" >= 0),
	CONSTRAINT "trials_told" CHECK (("relevo"."trials"."state" = 'asked') = ("relevo"."trials"."told_at" is null)),
	CONSTRAINT "trials_complete_has_score" CHECK ("relevo"."trials"."state" <> 'complete' or "relevo"."trials"."score" is not null),
	CONSTRAINT "trials_score_finite" CHECK ("relevo"."trials"."score" not in ('NaN', 'Infinity', '-Infinity'))
);
--> statement-breakpoint
ALTER TABLE "relevo"."alias_events" ADD CONSTRAINT "alias_events_version" FOREIGN KEY ("pipeline","version") REFERENCES "relevo"."model_versions"("pipeline","version") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "relevo"."aliases" ADD CONSTRAINT "aliases_version" FOREIGN KEY ("pipeline","version") REFERENCES "relevo"."model_versions"("pipeline","version") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "relevo"."dataset_versions" ADD CONSTRAINT "dataset_versions_pipeline_pipelines_name_fk" FOREIGN KEY ("pipeline") REFERENCES "relevo"."pipelines"("name") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "relevo"."model_versions" ADD CONSTRAINT "model_versions_pipeline_pipelines_name_fk" FOREIGN KEY ("pipeline") REFERENCES "relevo"."pipelines"("name") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "relevo"."model_versions" ADD CONSTRAINT "model_versions_dataset_version_dataset_versions_id_fk" FOREIGN KEY ("dataset_version") REFERENCES "relevo"."dataset_versions"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "relevo"."searches" ADD CONSTRAINT "searches_pipeline_pipelines_name_fk" FOREIGN KEY ("pipeline") REFERENCES "relevo"."pipelines"("name") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "relevo"."trials" ADD CONSTRAINT "trials_search_id_searches_id_fk" FOREIGN KEY ("search_id") REFERENCES "relevo"."searches"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "alias_events_newest" ON "relevo"."alias_events" USING btree ("pipeline","id");--> statement-breakpoint
CREATE INDEX "dataset_versions_newest" ON "relevo"."dataset_versions" USING btree ("pipeline","source","sequence");--> statement-breakpoint
CREATE INDEX "model_versions_newest" ON "relevo"."model_versions" USING btree ("pipeline","major","minor","patch");--> statement-breakpoint
CREATE INDEX "runs_newest_of_id" ON "relevo"."runs" USING btree ("id","sequence");--> statement-breakpoint
CREATE INDEX "runs_newest_of_pipeline" ON "relevo"."runs" USING btree ("pipeline","sequence");--> statement-breakpoint
CREATE INDEX "runs_running" ON "relevo"."runs" USING btree ("sequence") WHERE "relevo"."runs"."state" = 'running';--> statement-breakpoint
CREATE INDEX "searches_run" ON "relevo"."searches" USING btree ("run_id");