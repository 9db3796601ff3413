/**
 * Alpha released by the share t of a plan's information: alpha ln(1 + (e - 1) t), the Pocock-like function of Lan and
 * DeMets, "Discrete Sequential Boundaries for Clinical Trials" (1983). All of it from t = 1 on.
 *
 * @param alpha one-sided error over the whole plan
 * @param t from 0: blocks or trials so far over the most the plan takes
 */
export function spendAlpha(alpha: number, t: number): number {
  return alpha * Math.log1p((Math.E - 1) * Math.min(1, t))
}
