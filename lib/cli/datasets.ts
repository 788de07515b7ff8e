import type { Command } from 'commander';
import { LabelError } from '../errors.js';
import { fetchDataset } from './fetch-dataset.js';
import { prefixOption } from './foreign-options.js';
import { printTable } from './table.js';

/** Archives of the Medical Segmentation Decathlon with their MD5 sums, as MONAI names them. */
const tasks = new Map([
  ['Task01_BrainTumour', '240a19d752f0d9e9101544901065d872'],
  ['Task02_Heart', '06ee59366e1e5124267b774dbd654057'],
  ['Task03_Liver', 'a90ec6c4aa7f6a3d087205e23d4e6397'],
  ['Task04_Hippocampus', '9d24dba78a72977dbd1d2e110310f31b'],
  ['Task05_Prostate', '35138f08b1efaef89d7424d2bcc928db'],
  ['Task06_Lung', '8afd997733c7fc0432f71255ba4e52dc'],
  ['Task07_Pancreas', '4f7080cfca169fa8066d17ce6eb061e4'],
  ['Task08_HepaticVessel', '641d79e80ec66453921d997fbf12a29c'],
  ['Task09_Spleen', '410d4a301da4e5b2f6f86ec3ddba524e'],
  ['Task10_Colon', 'bad7a188931dc2f6acf72b08eb6202d0'],
]);

const urlOf = (task: string): string => `https://msd-for-monai.s3-us-west-2.amazonaws.com/${task}.tar`;

interface DatasetsOptions {
  readonly download?: boolean;
  readonly name?: string;
  readonly output: string;
}

export function addDatasets(program: Command): void {
  program
    .command('datasets')
    .description('List the public data sets, or download one')
    .option('-d, --download', 'download the data set that --name names; started again, it goes on where it stopped')
    .option('-n, --name <name>', 'name of the data set')
    .option('-o, --output <folder>', 'where its folder is put', '.')
    .addOption(prefixOption)
    .action(async ({ download, name = '', output }: DatasetsOptions) => {
      const names = [...tasks.keys()];
      if (download !== true) {
        const rows = names.map((task) => [task, urlOf(task)] as const);
        return printTable('Available Datasets are:', rows);
      }
      const md5 = tasks.get(name);
      if (md5 === undefined) throw new LabelError('NOT_FOUND', `--name must be one of: ${names.join(', ')}`);
      const folder = await fetchDataset({
        name,
        url: urlOf(name),
        checksum: { algorithm: 'md5', hex: md5 },
        output,
        onProgress: showProgress,
      });
      console.log(`${name} is downloaded at: ${folder}`);
    });
}

function showProgress(done: number, total: number | undefined): void {
  const mebibytes = (bytes: number): string => `${Math.round(bytes / 2 ** 20)} MiB`;
  const line = total === undefined ? mebibytes(done) : `${mebibytes(done)} of ${mebibytes(total)}`;
  const isLast = done === total;
  if (process.stderr.isTTY) process.stderr.write(`\r${line}${isLast ? '\n' : ' '}`);
  else if (isLast) process.stderr.write(`${line}\n`);
}
