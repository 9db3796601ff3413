/**
 * Reports of schema_version 1 in the words of version 2, so that stored ones can still be read: `pairs` are blocks, a
 * share is a fraction, what was called output_throughput is the figure that the server reported, and valid_rate is
 * compared by its difference instead of its ratio and a p. Version 2 itself has changed the spelling of a word.
 */
import { objectOf } from '../json.ts'

const KEYS: Readonly<Record<string, string>> = {
  pairs: 'blocks',
  pairs_needed: 'blocks_needed',
  output_throughput: 'reported_throughput',
}

/** Members whose value is a word of the report, not a text that someone else chose. */
const WORDS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  unit: { share: 'fraction' },
  metric: { output_throughput: 'reported_throughput' },
  rank_by: { output_throughput: 'reported_throughput' },
  code: { too_few_pairs: 'too_few_blocks' },
}

/** Words that version 2 spelled in another way at first. */
const SPELLINGS: typeof WORDS = {
  verdict: { serialised: 'serialized' },
  code: { serialised: 'serialized' },
}

/** Members that belong to a server, a user or an older system: nothing in them is renamed. */
const FOREIGN = new Set(['options', 'effective', 'point', 'legacy'])

/** `value` as a report of version 2; anything that is not a report of version 1 or 2 comes back as it is. */
export function upgraded(value: unknown): unknown {
  const version = objectOf(value)['schema_version']
  if (version === 1) return upgraded({ ...objectOf(reworded(value, WORDS, KEYS, tagged)), schema_version: 2 })
  return version === 2 ? reworded(value, SPELLINGS) : value
}

/** A copy with other words, and other names of members. */
function reworded(
  value: unknown,
  words: typeof WORDS,
  keys: typeof KEYS = {},
  first: (value: object) => object = (own) => own,
): unknown {
  if (Array.isArray(value)) return value.map((item) => reworded(item, words, keys, first))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(first(value)).map(([key, member]) => {
      if (FOREIGN.has(key)) return [key, member]
      const word = typeof member === 'string' ? words[key]?.[member] : undefined
      return [keys[key] ?? key, word ?? reworded(member, words, keys, first)]
    }),
  )
}

/**
 * A suite or a comparison with its kind; an embedded server with its model file apart from its engine;
 * a gate with notices that are no plain texts.
 */
function tagged(value: object): object {
  if ('arms' in value && 'comparisons' in value)
    return { kind: 'sweep' in value ? 'sweep' : 'config', ...value }
  if ('kind' in value && 'engine' in value && typeof value.engine === 'string') {
    const [engine, ...file] = value.engine.split(', ')
    return { ...value, engine, ...(file.length > 0 && { model_file: file.join(', ') }) }
  }
  if ('notices' in value && Array.isArray(value.notices))
    return { ...value, notices: value.notices.map((message: unknown) => ({ suite: '', message })) }
  if (!('metric' in value && 'verdict' in value)) return value
  return value.metric === 'valid_rate' ? asDifference(value) : { kind: 'ratio', ...value }
}

function asDifference(value: object): object {
  const { p: _, ratio: __, ...rest }: Record<string, unknown> = { ...value }
  const { baseline_value: from, candidate_value: to } = rest
  const difference = typeof from === 'number' && typeof to === 'number' && { difference: to - from }
  return { kind: 'difference', ...rest, ...difference }
}
