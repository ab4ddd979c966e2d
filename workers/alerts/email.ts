import { createTransport } from 'nodemailer';
import type { AlertEvent } from '../../registry/types.ts';

const timeoutMs = 15_000;

/** An alert as a mail: subject, and a text in both languages. */
export function mailOf({ alert, at }: AlertEvent): { subject: string; text: string } {
  const { pipeline, severity, message, count, about, id } = alert;
  const facts = Object.entries(about).map(([name, value]) => `${name}: ${value}`);
  return {
    // A line break in a subject would begin another header.
    subject: `[Relevo] ${severity}: ${pipeline}: ${message.en}`.replaceAll(/\s+/g, ' ').slice(0, 200),
    text: [message.en, message.es, '', `alert: ${id}`, `at: ${at}`, `times: ${count}`, ...facts, ''].join(
      '\n',
    ),
  };
}

export interface Mailer {
  /** @throws Error where the mail server does not take it. */
  send(event: AlertEvent): Promise<void>;
  close(): void;
}

/** Sends by an SMTP server, `smtp://user:password@host:port` or `smtps://…`. */
export function openMailer(url: string, to: string[]): Mailer {
  const { username, host } = new URL(url);
  const user = decodeURIComponent(username);
  const transport = createTransport({
    url,
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
  });
  const from = user.includes('@') ? user : `relevo@${host.split(':')[0]}`;
  return {
    async send(event) {
      const messageId = `<relevo-alert-${event.id}@${host.split(':')[0]}>`;
      await transport.sendMail({ from: `Relevo <${from}>`, to, messageId, ...mailOf(event) });
    },
    close: () => transport.close(),
  };
}
