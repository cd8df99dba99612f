// Follows a subscription by npm's `graphql-ws` or `graphql-sse`: node follow.cjs EXPLORER_FOLDER URL ws|sse QUERY.
// Prints each result as a line of JSON, and ends with the subscription.
const { createRequire } = require("node:module");

const [folder, url, how, query] = process.argv.slice(2);
const load = createRequire(`${folder}/`);

const client =
  how === "ws"
    ? load("graphql-ws").createClient({ url: url.replace(/^http/, "ws"), webSocketImpl: load("ws").WebSocket })
    : load("graphql-sse").createClient({ url });

client.subscribe(
  { query },
  {
    next: (result) => console.log(JSON.stringify(result)),
    error: (error) => {
      console.error(error);
      process.exit(1);
    },
    complete: () => client.dispose(),
  },
);
