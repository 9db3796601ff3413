/** What a check counted. */
export interface Count {
  check: string
  /** Events among the runs. */
  share: number
}
