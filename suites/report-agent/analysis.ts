/** What the model finds: two short lists as JSON. The server holds the reply to the schema, a check holds the output to it. */

export interface Analysis {
  findings: string[]
  recommendations: string[]
}

/** Bounded, so that the JSON is whole before the reply's token limit is reached. */
const sentences = {
  type: 'array',
  minItems: 1,
  maxItems: 3,
  items: { type: 'string', minLength: 10, maxLength: 200 },
} as const

/** As a request's `format`. */
export const analysisSchema = {
  type: 'object',
  properties: { findings: sentences, recommendations: sentences },
  required: ['findings', 'recommendations'],
  additionalProperties: false,
} as const

/** Throws where the reply is no JSON, or none with these two lists. */
export function parseAnalysis(reply: string): Analysis {
  const { findings, recommendations } = parse(reply)
  if (!isList(findings) || !isList(recommendations)) {
    throw new Error(
      'The analysis lacks a list of findings or of recommendations. See that the server obeys `format`.',
    )
  }
  return { findings, recommendations }
}

function parse(reply: string): Partial<Record<keyof Analysis, unknown>> {
  try {
    return Object(JSON.parse(reply)) as object
  } catch (error) {
    const { message } = error as SyntaxError
    throw new Error(
      `The analysis is not JSON (${message}). Raise num_predict, or see that the server obeys \`format\`.`,
      {
        cause: error,
      },
    )
  }
}

function isList(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string')
}
