// The client of OpenAI for Node.
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const [address, key, question] = process.argv.slice(2);
// The package is in the folder that the process was started in, and not beside this file.
const { default: OpenAI } = await import(
  pathToFileURL(createRequire(`${process.cwd()}/`).resolve("openai")).href
);

// how
const client = new OpenAI({ baseURL: `${address}/v1`, apiKey: key });
const messages = [{ role: "user", content: question }];
const completion = await client.chat.completions.create({ model: "commentary", messages });
const answer = completion.choices[0].message.content;
// end

const message = completion.choices[0].message;
const pieces = [];
for await (const chunk of await client.chat.completions.create({ model: "commentary", messages, stream: true })) {
  if (chunk.choices[0]?.delta.content) pieces.push(chunk.choices[0].delta.content);
}
let refused = "";
try {
  await new OpenAI({ baseURL: `${address}/v1`, apiKey: "x" }).models.list();
} catch (error) {
  refused = String(error);
}
const titles = (message.annotations ?? []).map((annotation) => annotation.url_citation.title);
console.log(JSON.stringify({ answer, pieces, titles, refused }));
