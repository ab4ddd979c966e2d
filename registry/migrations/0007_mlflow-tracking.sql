CREATE SEQUENCE "relevo"."mlflow_experiment_ids" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1;--> statement-breakpoint
CREATE TABLE "relevo"."mlflow_artifacts" (
	"path" text collate "C" PRIMARY KEY NOT NULL,
	"artifact" jsonb NOT NULL,
	"put_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "relevo"."mlflow_experiments" (
	"id" text PRIMARY KEY DEFAULT nextval('relevo.mlflow_experiment_ids')::text NOT NULL,
	"name" text NOT NULL,
	"artifact_location" text NOT NULL,
	"lifecycle_stage" text DEFAULT 'active' NOT NULL,
	"created_ms" bigint NOT NULL,
	"updated_ms" bigint NOT NULL,
	"tags" jsonb DEFAULT '{}'::jsonb NOT NULL,
	CONSTRAINT "mlflow_experiments_name_unique" UNIQUE("name"),
	CONSTRAINT "mlflow_experiments_stage" CHECK ("relevo"."mlflow_experiments"."lifecycle_stage" in ('active', 'deleted'))
);
--> statement-breakpoint
CREATE TABLE "relevo"."mlflow_latest_metrics" (
	"run_id" text NOT NULL,
	"key" text NOT NULL,
	"step" bigint NOT NULL,
	"timestamp_ms" bigint NOT NULL,
	"value" double precision NOT NULL,
	"model_id" text,
	"dataset_name" text,
	"dataset_digest" text,
	CONSTRAINT "mlflow_latest_metrics_run_id_key_pk" PRIMARY KEY("run_id","key")
);
--> statement-breakpoint
CREATE TABLE "relevo"."mlflow_logged_models" (
	"id" text PRIMARY KEY NOT NULL,
	"experiment_id" text NOT NULL,
	"name" text NOT NULL,
	"artifact_location" text NOT NULL,
	"status" text DEFAULT 'LOGGED_MODEL_PENDING' NOT NULL,
	"model_type" text,
	"source_run_id" text,
	"lifecycle_stage" text DEFAULT 'active' NOT NULL,
	"created_ms" bigint NOT NULL,
	"updated_ms" bigint NOT NULL,
	"params" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"tags" jsonb DEFAULT '{}'::jsonb NOT NULL,
	CONSTRAINT "mlflow_logged_models_stage" CHECK ("relevo"."mlflow_logged_models"."lifecycle_stage" in ('active', 'deleted'))
);
--> statement-breakpoint
CREATE TABLE "relevo"."mlflow_metrics" (
	"run_id" text NOT NULL,
	"key" text NOT NULL,
	"step" bigint NOT NULL,
	"timestamp_ms" bigint NOT NULL,
	"value" double precision NOT NULL,
	"model_id" text,
	"dataset_name" text,
	"dataset_digest" text,
	CONSTRAINT "mlflow_metrics_run_id_key_step_timestamp_ms_value_pk" PRIMARY KEY("run_id","key","step","timestamp_ms","value")
);
--> statement-breakpoint
CREATE TABLE "relevo"."mlflow_model_versions" (
	"name" text NOT NULL,
	"version" integer NOT NULL,
	"source" text NOT NULL,
	"storage_location" text NOT NULL,
	"run_id" text,
	"run_link" text,
	"model_id" text,
	"user_id" text,
	"description" text,
	"stage" text DEFAULT 'None' NOT NULL,
	"created_ms" bigint NOT NULL,
	"updated_ms" bigint NOT NULL,
	"tags" jsonb DEFAULT '{}'::jsonb NOT NULL,
	CONSTRAINT "mlflow_model_versions_name_version_pk" PRIMARY KEY("name","version"),
	CONSTRAINT "mlflow_model_versions_number" CHECK ("relevo"."mlflow_model_versions"."version" >= 1)
);
--> statement-breakpoint
CREATE TABLE "relevo"."mlflow_registered_models" (
	"name" text PRIMARY KEY NOT NULL,
	"description" text,
	"created_ms" bigint NOT NULL,
	"updated_ms" bigint NOT NULL,
	"tags" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"aliases" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"newest_version" integer DEFAULT 0 NOT NULL
);
--> statement-breakpoint
CREATE TABLE "relevo"."mlflow_runs" (
	"id" text PRIMARY KEY NOT NULL,
	"experiment_id" text NOT NULL,
	"name" text NOT NULL,
	"user_id" text NOT NULL,
	"status" text DEFAULT 'RUNNING' NOT NULL,
	"start_ms" bigint NOT NULL,
	"end_ms" bigint,
	"lifecycle_stage" text DEFAULT 'active' NOT NULL,
	"artifact_uri" text NOT NULL,
	"params" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"tags" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"dataset_inputs" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"model_inputs" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"model_outputs" jsonb DEFAULT '[]'::jsonb NOT NULL,
	CONSTRAINT "mlflow_runs_stage" CHECK ("relevo"."mlflow_runs"."lifecycle_stage" in ('active', 'deleted')),
	CONSTRAINT "mlflow_runs_status" CHECK ("relevo"."mlflow_runs"."status" in ('RUNNING', 'SCHEDULED', 'FINISHED', 'FAILED', 'KILLED'))
);
--> statement-breakpoint
ALTER TABLE "relevo"."mlflow_latest_metrics" ADD CONSTRAINT "mlflow_latest_metrics_run_id_mlflow_runs_id_fk" FOREIGN KEY ("run_id") REFERENCES "relevo"."mlflow_runs"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "relevo"."mlflow_logged_models" ADD CONSTRAINT "mlflow_logged_models_experiment_id_mlflow_experiments_id_fk" FOREIGN KEY ("experiment_id") REFERENCES "relevo"."mlflow_experiments"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "relevo"."mlflow_metrics" ADD CONSTRAINT "mlflow_metrics_run_id_mlflow_runs_id_fk" FOREIGN KEY ("run_id") REFERENCES "relevo"."mlflow_runs"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "relevo"."mlflow_model_versions" ADD CONSTRAINT "mlflow_model_versions_model" FOREIGN KEY ("name") REFERENCES "relevo"."mlflow_registered_models"("name") ON DELETE cascade ON UPDATE cascade;--> statement-breakpoint
ALTER TABLE "relevo"."mlflow_runs" ADD CONSTRAINT "mlflow_runs_experiment_id_mlflow_experiments_id_fk" FOREIGN KEY ("experiment_id") REFERENCES "relevo"."mlflow_experiments"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "mlflow_latest_metrics_by_value" ON "relevo"."mlflow_latest_metrics" USING btree ("key","value");--> statement-breakpoint
CREATE INDEX "mlflow_logged_models_newest" ON "relevo"."mlflow_logged_models" USING btree ("experiment_id","created_ms" DESC NULLS LAST,"id");--> statement-breakpoint
CREATE INDEX "mlflow_logged_models_of_run" ON "relevo"."mlflow_logged_models" USING btree ("source_run_id");--> statement-breakpoint
CREATE INDEX "mlflow_metrics_of_model" ON "relevo"."mlflow_metrics" USING btree ("model_id") WHERE "relevo"."mlflow_metrics"."model_id" is not null;--> statement-breakpoint
CREATE INDEX "mlflow_model_versions_newest" ON "relevo"."mlflow_model_versions" USING btree ("created_ms" DESC NULLS LAST,"name","version");--> statement-breakpoint
CREATE INDEX "mlflow_model_versions_of_run" ON "relevo"."mlflow_model_versions" USING btree ("run_id");--> statement-breakpoint
CREATE INDEX "mlflow_runs_newest" ON "relevo"."mlflow_runs" USING btree ("experiment_id","start_ms" DESC NULLS LAST,"id");