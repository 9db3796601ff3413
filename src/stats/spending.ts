/** Blocks of a short plan: what it spends is spent over these, and what a long plan adds comes after them. */
const SHORT = 20
/** A plan longer than this is a long one. */
const LONGEST_SHORT = 30
/** Part of alpha that a long plan spends within its first blocks: more makes noisy comparisons longer, less quiet ones. */
const EARLY = 0.88

/**
 * Alpha released after n of at most nMax blocks or trials; all of it from nMax on.
 *
 * A plan of up to 30 blocks releases alpha ln(1 + (e - 1) n / nMax), the Pocock-like function of Lan and DeMets,
 * "Discrete Sequential Boundaries for Clinical Trials" (1983). A longer plan releases most of alpha in the same way over
 * its first 20 blocks, where most verdicts fall, and the rest over the logarithm of n, the same for each doubling.
 *
 * @param alpha one-sided error over the whole plan
 */
export function spendAlpha(alpha: number, n: number, nMax: number): number {
  const released = (t: number): number => Math.log1p((Math.E - 1) * Math.min(1, t))
  if (nMax <= LONGEST_SHORT) return alpha * released(n / nMax)
  const late = n <= SHORT ? 0 : Math.min(1, Math.log(n / SHORT) / Math.log(nMax / SHORT))
  return alpha * (EARLY * released(n / SHORT) + (1 - EARLY) * late)
}
