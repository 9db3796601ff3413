import { describe, expect, test } from 'vitest'
import { htmlOf, markdownOf, pagesOf, sampleRun } from '../../../test/support/sample-runs.ts'
import type { Gpu, Report } from '../../schema/generated.ts'
import { reportFaults } from '../../schema/validate.ts'
import { gpuText } from './environment.ts'

const { report, trials } = sampleRun('regressed')
const withGpus = (...gpu: Gpu[]): Report => ({ ...report, environment: { ...report.environment, gpu } })
const H200: Gpu = { name: 'NVIDIA H200', driver: '580.159.04', memory: 150_754_820_096 }

describe('the GPUs of the machine', () => {
  test('equal ones are counted, what is not known is left out', () => {
    const textOf = (...gpu: Gpu[]) => gpuText({ ...report.environment, gpu })
    expect(textOf(H200, H200, { name: 'Radeon' })).toBe(
      '; 2 × NVIDIA H200 (driver 580.159.04, 150.8 GB); Radeon',
    )
    expect(gpuText(report.environment)).toBe('')
  })

  test('stand behind the processor in every report', () => {
    const run = withGpus(H200)
    expect(reportFaults(run)).toEqual([])
    const shown = `${report.environment.cpu}; NVIDIA H200 (driver 580.159.04, 150.8 GB)`
    expect(markdownOf(run, trials)).toContain(shown)
    expect(htmlOf(run, trials)).toContain(shown)
    for (const page of pagesOf(run, trials).values()) expect(page).toContain(shown)
  })

  test('a name is hostile text', () => {
    const run = withGpus({ name: '<img src=x onerror=alert(1)> | **x**\u001B[2J' })
    const pages = [markdownOf(run, trials), ...pagesOf(run, trials).values()]
    for (const page of pages) {
      expect(page).toContain('\\<img src=x')
      expect(page).toContain('\\*\\*x\\*\\*␛')
      expect(page).not.toMatch(/(?<!\\)<img/)
      expect(page).not.toContain('\u001B')
    }
    expect(htmlOf(run, trials)).toContain('&lt;img src=x')
    expect(htmlOf(run, trials)).not.toMatch(/<img/)
    expect(htmlOf(run, trials)).not.toContain('\u001B')
  })
})
