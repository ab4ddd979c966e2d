export const channels = ['DIGITAL', 'TELEFONO', 'VENDEDOR'] as const;
const [digital, telefono, vendedor] = [0, 1, 2];

export interface Order {
  /** Epoch seconds of the wholesaler's clock. */
  at: number;
  /** Index into `channels`. */
  channel: number;
  amountCents: number;
  items: number;
  category: string;
  discountPercent: number;
  late: boolean;
}

/** What a client's orders so far say about the next one: all of it can be counted from the table of orders. */
export interface Past {
  orders: number;
  byChannel: readonly [number, number, number];
  atNight: number;
  late: number;
  amountCents: number;
  last: Order | undefined;
}

export const freshPast: Past = {
  orders: 0,
  byChannel: [0, 0, 0],
  atNight: 0,
  late: 0,
  amountCents: 0,
  last: undefined,
};

/** The past with one more order, which comes after all that are in it; from 20:00 on it is an order at night. */
export function remember(past: Past, order: Order): Past {
  const [d, t, v] = past.byChannel;
  const night = (order.at % 86_400) / 3600 >= 20;
  return {
    orders: past.orders + 1,
    byChannel: [
      d + Number(order.channel === digital),
      t + Number(order.channel === telefono),
      v + Number(order.channel === vendedor),
    ],
    atNight: past.atNight + Number(night),
    late: past.late + Number(order.late),
    amountCents: past.amountCents + order.amountCents,
    last: order,
  };
}

/** Epoch days of 1 January 2024. */
const firstDay = 19_723;

/**
 * Probabilities of the channels of a client's next order (multinomial logit): habit by the smoothed shares so far, the
 * channel of the last order, orders that came late, age, orders at night, size of the orders, distance, and a slow
 * turn to the digital channel. Young clients who order at night leave the telephone sooner than either alone says.
 */
export function channelProbabilities(
  client: { segment: string; ownerAge: number; distanceKm: number; region: number },
  past: Past,
): [number, number, number] {
  const [d, t, v] = past.byChannel.map((count) => (count + 1) / (past.orders + 3));
  const night = past.atNight / Math.max(1, past.orders);
  const size = Math.log((past.orders > 0 ? past.amountCents / past.orders : 10_000) / 10_000);
  const years = past.last ? (past.last.at / 86_400 - firstDay) / 365 : 0;
  const lastWas = (channel: number): number => Number(past.last?.channel === channel);
  const disappointed = past.orders > 0 ? past.late / past.orders : 0;
  const youngAtNight = client.ownerAge < 40 && night > 0.3 ? 1 : 0;
  const habit = past.orders >= 5 ? 3.2 : 2.2;
  const age = (client.ownerAge - 45) / 10;
  const scores = [
    0.05 + habit * d + 0.8 * lastWas(digital) - 0.9 * disappointed - 0.3 * age + 0.8 * night + 0.25 * years,
    0.1 + habit * t + 0.7 * lastWas(telefono) + 0.2 * age - 0.9 * youngAtNight,
    0.2 + habit * v + 0.7 * lastWas(vendedor) + 0.25 * size - 0.012 * client.distanceKm + regional(client),
  ];
  const most = Math.max(...scores);
  const raised = scores.map((score) => Math.exp(score - most));
  const total = raised.reduce((sum, value) => sum + value, 0);
  return [raised[0] / total, raised[1] / total, raised[2] / total];
}

/** Sellers call on wholesalers, and more often in the two regions of the capital. */
const regional = ({ segment, region }: { segment: string; region: number }): number =>
  (segment === 'MAYORISTA' ? 0.6 : 0) + (region <= 2 ? 0.3 : 0);
