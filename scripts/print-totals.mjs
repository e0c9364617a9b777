// vitest's JSON report (path as argument) to one line, "N passed, N failed"; exits with 1 unless tests ran and none failed.
import { existsSync, readFileSync } from "node:fs";

const path = process.argv[2];
if (path === undefined || !existsSync(path)) {
  console.error(`No test report at ${path}: the run stopped before the tests; the reason is printed above.`);
  process.exit(1);
}
const report = JSON.parse(readFileSync(path, "utf8"));
// A file that cannot be loaded has no tests to fail; it counts as one failure.
const unloadable = report.testResults.filter(
  (file) => file.status === "failed" && !file.assertionResults.some((test) => test.status === "failed"),
).length;
const failed = report.numFailedTests + unloadable;
const skipped = report.numPendingTests + report.numTodoTests;
if (skipped > 0) console.log(`${skipped} skipped`);
console.log(`${report.numPassedTests} passed, ${failed} failed`);
if (failed > 0 || report.numPassedTests === 0) process.exit(1);
