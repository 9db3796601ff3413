/** The two prompts. They are short on purpose: with their replies they fit a context of 1,024 tokens. */

/** Characters of the analysis that go into the report's prompt. */
const ANALYSIS_SHOWN = 1000

export function analysisPrompt(summary: string, figures: string): string {
  return `You analyze the results of performance benchmarks.

${summary}

Figures:
${figures}

Answer in four numbered points:
1. What the data cover.
2. Three findings, each with its figure.
3. What is missing or odd.
4. What to measure next.
Use only the numbers above.`
}

export function reportPrompt(summary: string, figures: string, analysis: string): string {
  const counts = summary
    .split('\n')
    .filter((line) => /^\S.*\d/.test(line))
    .join('; ')
  return `Write a technical report in Markdown with six sections: Executive Summary, Data Ingestion Summary, Performance Analysis, Key Findings, Recommendations, Appendix.

Data: ${counts}.

Figures:
${figures}

Analysis:
${analysis.slice(0, ANALYSIS_SHOWN)}

Use only the numbers above.`
}
