import { describe, expect, test } from 'vitest'
import { judge } from '../../test/support/judge.ts'
import { inLanguage } from './language.ts'

describe('inLanguage', () => {
  test.each([
    ['Spanish', 'traduce esto a un informe técnico en markdown.\n\n# Report\n\nThis report is about files.'],
    ['German', 'Besitz ist eine der wichtigsten Grundlagen menschlicher Gesellschaften.'],
    ['Thai', 'เกมเมอร์หลายคนไม่รู้จักการเล่นเกมแนว ได้แก่ เกมจำลองสถานการณ์ต่างๆ'],
  ])('fails an opening in %s', async (language, output) => {
    expect(await judge(inLanguage('en'), output)).toContain(`starts in ${language}: Expected English`)
  })

  test('fails a paragraph within', async () => {
    const output =
      'This report is about the files of a benchmark.\n\nDie Antwort ist komplex, denn Eigentum ist mehr als nur materielles Gut, es ist ein Konzept.'
    expect(await judge(inLanguage('en'), output)).toContain('switches to German')
  })

  test.each([
    ['short titles, which mislead detectors', '## Technical Report 108: Gemma3 Benchmark Data Analysis'],
    ['code', 'Run this program now:\n\n```python\nimport os\nimport logging\n```'],
    ['too few letters to tell', 'Oui, bien sûr.'],
    ['nothing', ''],
  ])('passes %s', async (_, output) => {
    expect(await judge(inLanguage('en'), output)).toBeUndefined()
  })

  test('takes other languages', async () => {
    expect(
      await judge(inLanguage('de'), 'Das ist ein Bericht über die Dateien eines Ordners.'),
    ).toBeUndefined()
  })
})
