DROP INDEX "relevo"."outcomes_prediction";--> statement-breakpoint
DROP INDEX "relevo"."outcomes_key";--> statement-breakpoint
DROP INDEX "relevo"."predictions_key";--> statement-breakpoint
CREATE UNIQUE INDEX "outcomes_prediction" ON "relevo"."outcomes" USING btree ("prediction_id","pipeline");--> statement-breakpoint
CREATE UNIQUE INDEX "outcomes_key" ON "relevo"."outcomes" USING btree ("key","pipeline");--> statement-breakpoint
CREATE INDEX "predictions_key" ON "relevo"."predictions" USING btree ("key","pipeline","at") WHERE "relevo"."predictions"."key" is not null;