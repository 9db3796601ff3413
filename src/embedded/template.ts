/** The tiny model's chat template, a common one (Zephyr's), and the same rules as a function. */

export interface Message {
  role: string
  content: string
}

export const tinyTemplate = `{% for message in messages %}
{% if message['role'] == 'user' %}
{{ '<|user|>\\n' + message['content'] + eos_token }}
{% elif message['role'] == 'system' %}
{{ '<|system|>\\n' + message['content'] + eos_token }}
{% elif message['role'] == 'assistant' %}
{{ '<|assistant|>\\n'  + message['content'] + eos_token }}
{% endif %}
{% if loop.last and add_generation_prompt %}
{{ '<|assistant|>' }}
{% endif %}
{% endfor %}`

/** The prompt that makes the model answer the last message, or go on with it if it is the assistant's own. */
export function renderTiny(messages: readonly Message[], end: string): string {
  const text = messages
    .map(({ role, content }) => `<|${role === 'tool' ? 'user' : role}|>\n${content}${end}\n`)
    .join('')
  if (messages.at(-1)?.role === 'assistant') return text.slice(0, -end.length - 1)
  return `${text}<|assistant|>\n`
}
