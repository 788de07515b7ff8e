/** A heading, dashes, and a line for each pair, as MONAI Label lists what can be downloaded. */
export function printTable(heading: string, rows: readonly (readonly [string, string])[]): void {
  console.log(heading);
  console.log('-'.repeat(52));
  for (const [name, value] of rows) console.log(`  ${name.padEnd(30)}: ${value}`);
}
