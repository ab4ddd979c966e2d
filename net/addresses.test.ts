import { describe, expect, it } from 'vitest';
import { mayCall } from './addresses.ts';

describe('an address', () => {
  it.each(['93.184.216.34', '8.8.8.8', '2606:2800:220:1:248:1893:25c8:1946', '::ffff:8.8.8.8'])(
    '%s may be called',
    (address) => expect(mayCall(address, {})).toBe(true),
  );

  it.each([
    ...['127.0.0.1', '127.255.255.254', '10.0.0.1', '172.16.0.1', '172.31.255.255', '192.168.1.1'],
    ...['169.254.169.254', '100.64.0.1', '0.0.0.0', '255.255.255.255', '224.0.0.1', '240.0.0.1'],
    ...['192.0.0.192', '198.18.0.1', '192.0.2.1', '168.63.129.16', '100.100.100.200'],
    ...['::', '::1', '::ffff:127.0.0.1', '::ffff:169.254.169.254', '::127.0.0.1', 'fe80::1', 'fc00::1'],
    ...['fd00:ec2::254', 'ff02::1', '2002:7f00:1::', '64:ff9b::7f00:1', '2001::1', '2001:db8::1'],
    ...['not an address', ''],
  ])('%s may not', (address) => expect(mayCall(address, {})).toBe(false));

  it.each(['10.0.0.1', '127.0.0.1', '::1', 'fd12::1', '::ffff:10.0.0.1', '100.64.0.1'])(
    '%s may where private ones are allowed',
    (address) => expect(mayCall(address, { allowPrivate: true })).toBe(true),
  );

  it.each(['169.254.169.254', 'fe80::1', 'fd00:ec2::254', '100.100.100.200', '0.0.0.0', '64:ff9b::a00:1'])(
    '%s may not even then',
    (address) => expect(mayCall(address, { allowPrivate: true })).toBe(false),
  );

  it('may where its network is named, and no other', () => {
    const networks = ['10.20.0.0/16', 'fd12::/16'];
    expect(['10.20.3.4', '::ffff:10.20.3.4', 'fd12::9'].map((text) => mayCall(text, { networks }))).toEqual([
      ...[true, true, true],
    ]);
    expect(['10.21.0.1', 'fd13::9', '127.0.0.1'].map((text) => mayCall(text, { networks }))).toEqual([
      ...[false, false, false],
    ]);
    expect(() => mayCall('10.0.0.1', { networks: ['10.0.0.0'] })).toThrow('no network');
  });
});
