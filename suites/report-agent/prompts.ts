/** The two prompts. They are short on purpose: with their replies they fit a context of 1,024 tokens. */
import type { Analysis } from './analysis.ts'

/** Characters of each list of the analysis that go into the report's prompt. */
const LIST_SHOWN = 500

export function analysisPrompt(summary: string, figures: string): string {
  return `You analyze the results of performance benchmarks.

${summary}

Figures:
${figures}

Answer in JSON with two lists of up to three sentences each:
1. findings: what the figures show, each with its number.
2. recommendations: what to change or to measure next, and why.
Keep every sentence below 25 words. Use only the numbers above.`
}

export function reportPrompt(summary: string, figures: string, analysis: Analysis): string {
  const counts = summary
    .split('\n')
    .filter((line) => /^\S.*\d/.test(line))
    .join('; ')
  return `Write a technical report in Markdown with six sections: Executive Summary, Data Ingestion Summary, Performance Analysis, Key Findings, Recommendations, Conclusion.

Data: ${counts}.

Figures:
${figures}

Findings:
${list(analysis.findings)}

Recommendations:
${list(analysis.recommendations)}

Use only the numbers above.`
}

function list(sentences: readonly string[]): string {
  return sentences
    .map((sentence) => `- ${sentence}`)
    .join('\n')
    .slice(0, LIST_SHOWN)
}
