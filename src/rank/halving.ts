/**
 * Who goes on: the better share, and every arm behind it that is not detectably worse than the last of that share. So a cut
 * never falls between two arms that may be the same, and the best arm is dropped no more often than alpha allows.
 *
 * @param order arms, best first
 * @param keep share that goes on, above 0; at least one arm does
 * @param isWorse whether the first arm is detectably worse than the second
 */
export function survivors<Arm>(
  order: readonly Arm[],
  keep: number,
  isWorse: (arm: Arm, than: Arm) => boolean,
): Arm[] {
  const kept = Math.max(1, Math.ceil(order.length * keep))
  const last = order[kept - 1]
  return order.filter((arm, i) => i < kept || (last !== undefined && !isWorse(arm, last)))
}

/** Whether another block of `arms` arms, `each` trials an arm, is within the budget. */
export function canAfford(budget: number | undefined, spent: number, arms: number, each: number): boolean {
  return budget === undefined || spent + arms * each <= budget
}
