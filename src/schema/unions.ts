/** ajv's errors without those that say nothing: of a union all branches report theirs, one alone is meant. */

/** As much of ajv's error objects as it takes. */
interface Fault {
  keyword: string
  schemaPath: string
  instancePath: string
  params: Record<string, unknown>
}

/** Members that say which branch of a union is meant. */
const TAGS: ReadonlySet<unknown> = new Set(['kind', 'valid'])

/** Keywords that only say that others failed, whose own errors are there too. */
const SUMMARIES = new Set(['if', 'oneOf', 'propertyNames'])

/** The errors that help: those of the branch whose tag the value has; where it has none, the tags that there are. */
export function telling<Error extends Fault>(errors: readonly Error[]): Error[] {
  const unions = errors.filter(({ keyword }) => keyword === 'oneOf')
  const undecided = new Set(unions.map(({ instancePath }) => instancePath))
  const replaced = new Map(unions.flatMap((union) => otherBranches(union, errors)))
  return errors
    .filter(({ keyword }) => !SUMMARIES.has(keyword))
    .filter(
      // What no branch took is not known either.
      ({ keyword, instancePath }) => !(keyword === 'unevaluatedProperties' && undecided.has(instancePath)),
    )
    .flatMap((error) => (replaced.has(error) ? (replaced.get(error) ?? []) : error))
}

/** The errors of the branches that are not meant, each with what takes its place. */
function otherBranches<Error extends Fault>(union: Error, errors: readonly Error[]): [Error, Error[]][] {
  const branches = `${union.schemaPath}/`
  const branchOf = ({ schemaPath }: Fault): string => schemaPath.slice(branches.length).split('/', 1).join()
  const own = errors.filter(
    ({ schemaPath, instancePath }) =>
      schemaPath.startsWith(branches) && `${instancePath}/`.startsWith(`${union.instancePath}/`),
  )
  const tags = own.filter((error) => isTag(error, union))
  const others = new Set(tags.map(branchOf))
  const foreign = own.filter((error) => others.has(branchOf(error)))
  const [first] = tags
  const isNone = first !== undefined && foreign.length === own.length
  return foreign.map((error) => [error, isNone && error === first ? [allTags(first, tags)] : []])
}

function isTag({ keyword, schemaPath, instancePath, params }: Fault, union: Fault): boolean {
  if (keyword === 'required')
    return instancePath === union.instancePath && TAGS.has(params['missingProperty'])
  const tag = /\/oneOf\/\d+\/properties\/(\w+)\/(?:const|enum)$/.exec(schemaPath)?.[1]
  return tag !== undefined && TAGS.has(tag)
}

/** One error for the tag of no branch. */
function allTags<Error extends Fault>(first: Error, tags: readonly Error[]): Error {
  if (first.keyword === 'required') return first
  const allowedValues = tags.flatMap(({ params }) => params['allowedValues'] ?? [params['allowedValue']])
  return { ...first, keyword: 'enum', params: { allowedValues } }
}
