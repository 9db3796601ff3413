import { describe, expect, test } from 'vitest'
import { judge } from '../../test/support/judge.ts'
import { inLanguage, inScript } from './language.ts'

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

describe('inScript', () => {
  test.each([
    [
      'an opening line',
      "频繁出现的问题：\n* The report's emphasis is on JSON.",
      /starts in Han: Expected Latin but received "频繁出现的问题：/,
    ],
    ['a first word', 'купно, this is a solid response', /starts in Cyrillic/],
    ['a word within', 'The table | 所謂的Latency | 3 |', /mixes Han into Latin: "所謂的" in/],
    ['a letter within a name', 'gemma3_1b穌_v2.json', /mixes Han/],
    ['a script without a name here', 'latency 𒊜 ms', /mixes another script/],
  ])('fails %s', async (_, output, message) => {
    expect(await judge(inScript('Latin'), output)).toMatch(message)
  })

  test.each([
    ['accents, ligatures and signs', 'Naïve Straße: 5 µs ± 2 %, σ = 3, ﬁne → 100 °C, ½ × π'],
    ['emoji', 'Done 🚀👩‍💻'],
    ['mathematical letters', '𝐁𝐨𝐥𝐝 claims'],
    ['no letters', '1, 2, 3'],
    ['nothing', ''],
  ])('passes %s', async (_, output) => {
    expect(await judge(inScript('Latin'), output)).toBeUndefined()
  })

  test('takes other scripts, and scripts beside them', async () => {
    expect(await judge(inScript('Cyrillic'), 'Руководство')).toBeUndefined()
    expect(await judge(inScript('Cyrillic'), 'Guide')).toMatch(/starts in Latin: Expected Cyrillic/)
    expect(await judge(inScript('Cyrillic', { allow: ['Latin'] }), 'Файл JSON готов')).toBeUndefined()
  })
})
