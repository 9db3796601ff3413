/**
 * The older system's keyword search for findings, recommendations and a summary, for parity with its archives only.
 * It finds about 7 % of what a reader finds, and 9 % of what it finds is one; agents here ask for structured output.
 */
const findingWords = ['finding', 'insight', 'discovery', 'key']
const recommendationWords = ['recommend', 'suggest', 'should', 'consider']

/** Most lines kept of each kind. */
const most = 10

/** What was taken from the text of an analysis. */
export interface Extraction {
  summary: string
  key_findings: string[]
  recommendations: string[]
}

export function extract(analysis: string): Extraction {
  const lines = analysis.split('\n').map((line) => line.trim())
  return {
    summary: summary(lines),
    key_findings: linesWith(lines, findingWords),
    recommendations: linesWith(lines, recommendationWords),
  }
}

/** The lines after "executive summary" up to the next heading, or the first five lines. */
function summary(lines: readonly string[]): string {
  const taken: string[] = []
  let inside = false
  for (const line of lines) {
    if (line.toLowerCase().includes('executive summary')) inside = true
    else if (inside && line.startsWith('#')) break
    else if (inside && line !== '') taken.push(line)
  }
  return (taken.length > 0 ? taken : lines.slice(0, 5)).join('\n')
}

function linesWith(lines: readonly string[], words: readonly string[]): string[] {
  return lines
    .filter((line) => !line.startsWith('#') && words.some((word) => line.toLowerCase().includes(word)))
    .map(withoutMarker)
    .filter((line) => line !== '')
    .slice(0, most)
}

/** Without the bullets, then without the number of a list item. */
function withoutMarker(line: string): string {
  return line
    .replace(/^[-*•]+/, '')
    .trimStart()
    .replace(/^\d+/, '')
    .replace(/^[.)]+/, '')
    .trim()
}
