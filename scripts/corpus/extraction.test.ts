import { expect, test } from 'vitest'
import { extract } from './extraction.ts'

test('lines with its words, without their markers, ten at most', () => {
  const { key_findings, recommendations } = extract(
    [
      '# Key headings are skipped',
      '  - **Key** point',
      '2) an Insight',
      '•12. discovery',
      'nothing',
      'You SHOULD rest.',
      '- ',
    ].join('\n'),
  )
  expect(key_findings).toEqual(['**Key** point', 'an Insight', 'discovery'])
  expect(recommendations).toEqual(['You SHOULD rest.'])
  expect(extract('key\n'.repeat(20)).key_findings).toHaveLength(10)
})

test('the summary is what stands between its title and the next heading', () => {
  expect(extract('intro\n**Executive Summary**\n\nOne.\n\n  Two.\n## Next\nThree.').summary).toBe(
    'One.\nTwo.',
  )
})

test('without the title, or with nothing below it, the first five lines', () => {
  expect(extract('a\n\nb\nc\nd\ne').summary).toBe('a\n\nb\nc\nd')
  expect(extract('Executive summary\n# Next').summary).toBe('Executive summary\n# Next')
})
