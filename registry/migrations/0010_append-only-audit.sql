-- What was done is only ever added to.
CREATE TRIGGER "audit_events_append_only" BEFORE UPDATE OR DELETE ON "relevo"."audit_events"
	FOR EACH ROW EXECUTE FUNCTION "relevo"."refuse_change"();
--> statement-breakpoint
CREATE TRIGGER "audit_events_no_truncate" BEFORE TRUNCATE ON "relevo"."audit_events"
	FOR EACH STATEMENT EXECUTE FUNCTION "relevo"."refuse_change"();
