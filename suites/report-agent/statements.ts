/**
 * What a text states about an inventory of files: how many there are of a type, how many in all, when the latest
 * was modified. A statement must be one about the whole inventory: "17 JSON files concern compilation" is true of
 * any inventory with 17 or more of them, so it counts only where it exceeds the truth (see faithful.ts).
 */

/** One number a text states. */
export interface Statement {
  about: 'count' | 'total' | 'latest'
  /** The file type of a `count`. */
  type?: string
  /** The number; of `latest`, the UTC day as YYYY-MM-DD. */
  value: number | string
  /** Whether it speaks of all files of the type, not perhaps of some. */
  whole: boolean
  /** The line it stands in. */
  line: string
}

/** Every statement of `text` about the inventory, in order of the lines. `types` are lower-case names. */
export function statementsOf(text: string, types: readonly string[]): Statement[] {
  const patterns = countPatterns(types)
  return withoutCode(text)
    .split('\n')
    .map((line) => line.replace(/[*_]{2,}|(?<!\w)[*_]|[*_](?!\w)/g, '').trim())
    .flatMap((line) => [...counts(line, patterns), ...totals(line), ...latest(line)])
}

/** The text without its code. A Markdown fence around a whole report is no code; one that never closes takes the rest. */
function withoutCode(text: string): string {
  return text
    .replace(/^[ \t]*```(?:markdown|md)[ \t]*\n([\s\S]*?)(?:^[ \t]*```[ \t]*$|$(?![\s\S]))/gim, '$1')
    .replace(/^[ \t]*(```|~~~)[^\n]*\n[\s\S]*?(?:^[ \t]*\1[ \t]*$|$(?![\s\S]))/gm, '\n')
    .replace(/`[^`\n]*`/g, ' ')
}

interface CountPatterns {
  /** 71 JSON, 28 CSV files */
  before: RegExp
  /** JSON (88 files), CSV: 28, | Markdown | 29 | */
  after: RegExp
}

function countPatterns(types: readonly string[]): CountPatterns {
  const names = types.flatMap((type) => (type === 'markdown' ? ['markdown', 'md'] : [escape(type)])).join('|')
  return {
    before: new RegExp(
      `(?<![\\w.,/:-])(\\d+)\\s+(?:are\\s+|files are\\s+)?(${names})\\b(?![._[/-]| headings)`,
      'gi',
    ),
    after: new RegExp(
      `(?<![\\w./-])(${names})(?:\\s+files?)?\\s*[:|(=–-]+\\s*(?:n\\s*=\\s*|found in\\s+)?(\\d+)(?![\\w%]|\\s*%|[.,:/-]\\d|\\s*(?:[kmg]?b|[mµn]?s|sec\\w*|tok\\w*|param\\w*)\\b)`,
      'gi',
    ),
  }
}

function counts(line: string, { before, after }: CountPatterns): Statement[] {
  const found = [
    ...[...line.matchAll(before)].map((match) => ({
      type: match[2],
      value: match[1],
      index: match.index,
      label: false,
    })),
    ...[...line.matchAll(after)].map((match) => ({
      type: match[1],
      value: match[2],
      index: match.index,
      label: true,
    })),
  ].filter(({ label, index }) => !label || !isCellWithin(line, index))
  const typeList = /\btypes?\b[^:]*:|\bcategories:|\bdistribution\b/i.test(line)
  const labels = new Set(found.filter(({ label }) => label).map(({ type }) => type?.toLowerCase()))
  return found.map(({ type = '', value, index, label }) => ({
    about: 'count',
    type: type.toLowerCase() === 'md' ? 'markdown' : type.toLowerCase(),
    value: Number(value),
    whole: typeList || (label && (labels.size > 1 || /^[\s\d.)|+•#-]*$/.test(line.slice(0, index)))),
    line,
  }))
}

/** In a table only the first cell names what its row counts: `| results.json | JSON | 850 |` is a size. */
function isCellWithin(line: string, index: number): boolean {
  return line.startsWith('|') && line.slice(1, index).includes('|')
}

const TOTALS = [
  /\b(?:total(?: number of)?(?: \w+)? files(?: \w+)?|total file count)\s*[:=|(]+\s*(\d[\d,]*)(?![\w%+]|[.:/-]\d)/gi,
  /\bdataset size\s*[:=|(]+\s*(\d[\d,]*)\s+(?:\w+\s+)?files\b/gi,
  /\b(?:total|set|dataset|collection|consist\w*|compris\w*|analy[sz]e[sd]?)\s+(?:of\s+|consisting of\s+|comprising\s+)?(\d[\d,]*)\s+(?:[a-z“”"'-]+\s+){0,2}files\b(?! (?:of|from|with|related|relating|in which)\b)/gi,
]

function totals(line: string): Statement[] {
  return TOTALS.flatMap((pattern) =>
    [...line.matchAll(pattern)].map((match) => ({
      about: 'total' as const,
      value: Number(match[1]?.replaceAll(',', '')),
      whole: true,
      line,
    })),
  )
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
const MONTH = `((?:${MONTHS.join('|')})[a-z]*)\\.?`
const DAY = '(\\d{1,2})(?:st|nd|rd|th)?'
const DATE = new RegExp(
  `(\\d{4})-(\\d{2})-(\\d{2})|${MONTH} ${DAY},? (\\d{4})|${DAY} ${MONTH},? (\\d{4})`,
  'gi',
)

/** The last date within reach of "latest modified" and the like: of a range, its end. */
function latest(line: string): Statement[] {
  const reach = /\b(?:latest|last|most recent(?:ly)?)[^.:|]{0,15}?modif\w*.{0,60}/i.exec(line)?.[0]
  const date = reach === undefined ? undefined : [...reach.matchAll(DATE)].at(-1)
  if (date === undefined) return []
  const [, year, month, day, month2 = '', day2, year2, day3, month3 = '', year3] = date
  const named = MONTHS.indexOf((month2 || month3).slice(0, 3).toLowerCase()) + 1
  const parts = [
    year ?? year2 ?? year3,
    month ?? String(named).padStart(2, '0'),
    (day ?? day2 ?? day3)?.padStart(2, '0'),
  ]
  return [{ about: 'latest', value: parts.join('-'), whole: true, line }]
}

function escape(name: string): string {
  return name.toLowerCase().replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}
