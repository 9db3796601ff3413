import { hodgesLehmann } from '../stats/index.ts'
import { compareTracks, isWithin, isWorse, type Contrast, type Track } from './tracks.ts'
import type { RankedPlan } from '../judge/plan.ts'

/** A candidate's place. */
export interface Standing {
  arm: string
  /** 1 is best; arms that share a rank show no detectable difference from the first of them. */
  rank: number
  /** Against the leader of all; positive is behind. Absent for the leader. */
  behind?: Contrast
}

/** Best first: those still in, then the later dropped before the earlier, each by its estimate. */
export function inOrder(tracks: readonly Track[], dropped: ReadonlyMap<string, number>): Track[] {
  const stayed = ({ arm }: Track): number => dropped.get(arm) ?? Infinity
  return tracks
    .map((track) => ({ track, stayed: stayed(track), estimate: hodgesLehmann([...track.d.values()]) }))
    .toSorted((a, b) => (a.stayed === b.stayed ? a.estimate - b.estimate : b.stayed - a.stayed))
    .map(({ track }) => track)
}

/**
 * Ranks candidates, best first. The best by estimate leads; candidates without a detectable difference from it share its rank; the
 * best of the rest leads the next rank, and so on (1, 1, 3, …).
 *
 * Each test is of one candidate against a leader, paired by block, with alpha / (candidates − 1). That is enough
 * although the data choose the leader: the candidate that is truly best leaves rank 1 only if one of the others
 * seems to beat it, and there are as many others as shares (Hsu, "Multiple Comparisons", 1996, chapter 4: comparisons
 * with the best). So rank 1 holds the best candidate with probability 1 − alpha at least.
 *
 * @param tracks candidates with at least one block each
 * @param dropped blocks after which an arm was dropped, by arm; it ranks behind those that went on
 */
export function rank(
  sweep: RankedPlan,
  tracks: readonly Track[],
  dropped: ReadonlyMap<string, number> = new Map(),
): Standing[] {
  const standings: Standing[] = []
  let rest = inOrder(tracks, dropped)
  const [leader] = rest
  for (;;) {
    const [first] = rest
    if (first === undefined || leader === undefined) return standings
    const isTied = (track: Track): boolean =>
      dropped.get(track.arm) === dropped.get(first.arm) && !isWorse(compareTracks(sweep, track, first))
    const tied = rest.filter((track) => track === first || isTied(track))
    const place = standings.length + 1
    for (const track of tied) {
      const behind = track === leader ? undefined : compareTracks(sweep, track, leader)
      standings.push({ arm: track.arm, rank: place, ...(behind !== undefined && { behind }) })
    }
    rest = rest.filter((track) => !tied.includes(track))
  }
}

/** Whether more blocks could still change what a standing says: neither detectably behind nor within the threshold. */
export function isOpen({ behind }: Standing, delta: number): boolean {
  return behind !== undefined && !isWorse(behind) && !isWithin(behind, delta)
}
