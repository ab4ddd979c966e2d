ALTER TYPE "relevo"."run_kind" ADD VALUE 'monitor';--> statement-breakpoint
ALTER TYPE "relevo"."run_kind" ADD VALUE 'retrain';--> statement-breakpoint
ALTER TYPE "relevo"."run_kind" ADD VALUE 'contest';