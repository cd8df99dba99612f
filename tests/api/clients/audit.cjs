// Runs the audits of npm's `graphql-http` against a server: node audit.cjs EXPLORER_FOLDER URL. Prints JSON: name and status of each.
const { createRequire } = require("node:module");

const [folder, url] = process.argv.slice(2);
const { auditServer } = createRequire(`${folder}/`)("graphql-http");

(async () => {
  const results = await auditServer({ url, fetchFn: fetch });
  console.log(JSON.stringify(results.map(({ id, name, status, reason }) => ({ id, name, status, reason }))));
})();
