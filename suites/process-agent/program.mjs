// The agent, as its users run it: a program that knows nothing of a benchmark, only the variables that lead clients to a
// server. It asks Ollama's protocol for an outline and OpenAI's for a text.
const { OLLAMA_HOST, OPENAI_BASE_URL, OPENAI_API_KEY } = process.env
const [model, subject] = process.argv.slice(2)

const { response: outline } = await post(`${OLLAMA_HOST}/api/generate`, {
  model,
  prompt: `List three questions about ${subject}.`,
  stream: false,
}).then((reply) => reply.json())

const content = `Answer these questions in a few sentences: ${outline}`
const stream = await post(`${OPENAI_BASE_URL}/chat/completions`, {
  model,
  messages: [{ role: 'user', content }],
  stream: true,
}).then((reply) => reply.text())
for (const line of stream.split('\n').filter((line) => line.startsWith('data: {')))
  process.stdout.write(JSON.parse(line.slice('data: '.length)).choices[0]?.delta.content ?? '')

async function post(url, body) {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${OPENAI_API_KEY}` }
  const reply = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) })
  if (!reply.ok) throw new Error(`${url} answered ${reply.status}: ${await reply.text()}`)
  return reply
}
