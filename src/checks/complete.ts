import { checkMessages } from './messages.ts'
import { named, type Check } from './check.ts'
import { quote, text } from './text.ts'

/** What {@link complete} lets pass. */
export interface CompleteOptions {
  /** `true` where the suite bounds its replies (num_predict): a cut reply is then as good as a whole one. */
  allowCut?: boolean
}

/**
 * The output has text and is whole: no call was cut by its token limit (`done_reason` "length"), no code block is
 * left open, and it does not break off inside a sentence.
 */
export function complete({ allowCut = false }: CompleteOptions = {}): Check {
  return named('complete', ({ output, calls }) => {
    const whole = text(output).trim()
    if (!/[\p{L}\p{N}]/u.test(whole)) return checkMessages.empty()
    if (allowCut) return undefined
    const cut = calls.find((call) => call.done_reason === 'length')
    if (cut !== undefined) return checkMessages.cut(cut.index, cut.stage, cut.eval_count)
    if (hasOpenFence(whole)) return checkMessages.openFence()
    return breaksOff(whole) ? checkMessages.breaksOff(quote(whole.slice(-80))) : undefined
  })
}

function hasOpenFence(whole: string): boolean {
  return (whole.match(/^[ \t]*```/gm)?.length ?? 0) % 2 === 1
}

/**
 * Only a text that writes sentences can break off inside one: "Nile, Amazon, Rhine" is a whole answer, and so is a
 * list or a table whose last item has no full stop.
 */
function breaksOff(whole: string): boolean {
  const last = whole.slice(whole.lastIndexOf('\n') + 1)
  if (/^\s*([-*+•|#>]|\d+[.)]\s)/.test(last)) return false
  const writesSentences = /\p{L}[.!?]["”’)]?(\s|$)/u.test(whole)
  return writesSentences && /([\p{Script=Latin}\p{Script=Cyrillic}\p{Script=Greek}]|[,([{])$/u.test(last)
}
