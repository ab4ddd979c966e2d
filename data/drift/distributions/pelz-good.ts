/**
 * P(Dn ≤ x) by Pelz and Good's expansion in 1/√n, whose four terms are Jacobi theta functions written for small
 * z = √n·x. Source: W. Pelz and I. J. Good (1976), as scipy 1.14 evaluates it.
 */
export function pelzGood(n: number, x: number): number {
  const z = Math.sqrt(n) * x;
  const z2 = z * z;
  const exponent = -(Math.PI ** 2) / 8 / z2;
  if (exponent < -708) return 0;
  const last = Math.ceil((16 * z) / Math.PI);
  const terms = oddTerms(z, Math.exp(exponent), last);
  const [second, third] = allTerms(z, last);
  return (
    terms[0] + terms[1] / Math.sqrt(n) + (terms[2] + second) / n + (terms[3] + third) / (n * Math.sqrt(n))
  );
}

const rootTwoPi = Math.sqrt(2 * Math.PI);

/** Horner's scheme of Σ cᵢ·q^(i²) over odd i, for the four terms. */
function oddTerms(z: number, q: number, last: number): number[] {
  const [z2, z4, z6, z8] = [z ** 2, z ** 4, z ** 6, z ** 8];
  const [pi2, pi4, pi6] = [Math.PI ** 2, Math.PI ** 4, Math.PI ** 6];
  const sums = [0, 0, 0, 0];
  for (let k = last; k > 0; k--) {
    const m2 = (2 * k - 1) ** 2;
    const coefficients = [
      1,
      -z2 + (pi2 / 4) * m2,
      6 * z6 + 2 * z4 + (((2 * z4 - 5 * z2) * pi2) / 4) * m2 + ((pi4 * (1 - 2 * z2)) / 16) * m2 ** 2,
      -30 * z6 -
        90 * z8 +
        ((pi2 * (135 * z4 - 96 * z6)) / 4) * m2 +
        ((pi4 * (-60 * z2 + 212 * z4)) / 16) * m2 ** 2 +
        ((pi6 * (5 - 30 * z2)) / 64) * m2 ** 3,
    ];
    const power = q ** (8 * k);
    for (const [i, coefficient] of coefficients.entries()) sums[i] = sums[i] * power + coefficient;
  }
  const divisors = [z, 6 * z4, 72 * z ** 7, 6480 * z ** 10];
  return sums.map((sum, i) => (sum * q * rootTwoPi) / divisors[i]);
}

/** What the second and third term add over all integers. */
function allTerms(z: number, last: number): [number, number] {
  const q = Math.exp(-(Math.PI ** 2) / 2 / z ** 2);
  let second = 0;
  let third = 0;
  for (let k = last; k > 0; k--) {
    const weight = k * k * q ** (k * k);
    second += weight;
    third += (3 * z * z - (Math.PI * k) ** 2) * weight;
  }
  const scale = Math.PI ** 2 * rootTwoPi;
  return [(second * scale) / (-36 * z ** 3), (third * scale) / (216 * z ** 6)];
}
