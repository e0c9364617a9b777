// docs/distributions.md says what the code says. After a change that is meant: `npm run docs:update`.
import { readFileSync, writeFileSync } from "node:fs";
import { format, resolveConfig } from "prettier";
import { expect, test } from "vitest";
import { distributionsPage } from "../scripts/docs/distributions.js";

test("docs/distributions.md is current", async () => {
  const path = "docs/distributions.md";
  const page = await format(distributionsPage(), { ...(await resolveConfig(path)), parser: "markdown" });
  if (process.env["UPDATE_DOCS"] === "1") writeFileSync(path, page);
  expect(page, "run `npm run docs:update`, read the difference, commit it").toBe(readFileSync(path, "utf8"));
});
