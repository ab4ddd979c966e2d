ALTER TABLE "relevo"."audit_events" ADD COLUMN "event_key" text;--> statement-breakpoint
ALTER TABLE "relevo"."audit_events" ADD CONSTRAINT "audit_events_once" UNIQUE("event_key");