import { complete, matchesSchema, noRepetition, type Check } from 'vitest-chimera'
import { analysisSchema } from './analysis.ts'

/** Judge every report. Replies are bounded, so one that its bound cut is as good as a whole one. */
export const checks: readonly Check[] = [
  complete({ allowCut: true }),
  noRepetition(),
  matchesSchema({ ...analysisSchema, additionalProperties: true }),
]
