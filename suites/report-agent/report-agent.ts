/**
 * An agent that takes stock of a folder of benchmark files, has the model analyze what is there, and then has it
 * write a technical report. Three stages: `ingest` reads the files; `analysis`, one call that answers in JSON, gives
 * findings and recommendations; `report` is one call in Markdown.
 */
import { fileURLToPath } from 'node:url'
import type { Agent, Arm } from 'vitest-chimera'
import { analysisSchema, parseAnalysis, type Analysis } from './analysis.ts'
import { figureLines, figuresOf } from './figures.ts'
import { takeInventory } from './inventory.ts'
import { analysisPrompt, reportPrompt } from './prompts.ts'
import { dataSummary } from './summary.ts'

export const baseline: Arm = { name: 'baseline', model: 'gemma3' }

/** What a trial returns. */
interface ReportOutput extends Analysis {
  files: number
  data_summary: string
  /** The report itself: what the checks judge. */
  report: string
}

/** The agent over the files below `root`. @public */
export function createReportAgent(root: string): Agent {
  return async ({ generate, stage }): Promise<ReportOutput> => {
    const { files, summary, figures } = await stage('ingest', async () => {
      const inventory = await takeInventory(root)
      const shown = figureLines(figuresOf(inventory), 4)
      return { files: inventory.files.length, summary: dataSummary(inventory), figures: shown }
    })
    // Bounded replies: unbounded ones measure how long the model likes to talk.
    const analysis = await stage('analysis', async () => {
      const prompt = analysisPrompt(summary, figures)
      const { response } = await generate({ prompt, format: analysisSchema, options: { num_predict: 400 } })
      return parseAnalysis(response)
    })
    const report = await stage('report', () =>
      generate({ prompt: reportPrompt(summary, figures, analysis), options: { num_predict: 400 } }),
    )
    return { files, data_summary: summary, ...analysis, report: report.response }
  }
}

/** The agent over the sample data beside this file. */
export const reportAgent: Agent = createReportAgent(fileURLToPath(new URL('./data', import.meta.url)))
