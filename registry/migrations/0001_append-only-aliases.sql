-- The audit of the aliases is only ever added to.
CREATE FUNCTION "relevo"."refuse_change"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END
$$;
--> statement-breakpoint
CREATE TRIGGER "alias_events_append_only" BEFORE UPDATE OR DELETE ON "relevo"."alias_events"
	FOR EACH ROW EXECUTE FUNCTION "relevo"."refuse_change"();
--> statement-breakpoint
CREATE TRIGGER "alias_events_no_truncate" BEFORE TRUNCATE ON "relevo"."alias_events"
	FOR EACH STATEMENT EXECUTE FUNCTION "relevo"."refuse_change"();
