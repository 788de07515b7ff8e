import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { Option, type Command } from 'commander';
import { loadApp } from '../app/load.js';
import { Engine } from '../engine/engine.js';
import { LabelError } from '../errors.js';
import type { Log } from '../log.js';
import { packageVersion } from '../package-root.js';
import { startServer, type ServerOptions } from '../server/server.js';
import { existingFolder, pairs } from './arguments.js';
import { foreignOptions, refuseUnsafe, withoutEffect } from './foreign-options.js';
import { logLevels, openLog, type LogLevel } from './logger.js';
import { environmentIn, readSettings, type Settings } from './settings.js';

interface StartOptions extends Readonly<Record<string, unknown>> {
  readonly app?: string;
  readonly studies?: string;
  readonly labels?: string;
  readonly verbose: LogLevel;
  readonly conf?: readonly string[];
  readonly host: string;
  readonly port?: string;
  readonly ssl_keyfile?: string;
  readonly ssl_certfile?: string;
  readonly ssl_keyfile_password?: string;
  readonly dryrun?: boolean;
}

/** A process that was asked to end has so long; then it is ended, for which the addon takes up to another second. */
const millisecondsToStop = 800;

export function addStartServer(program: Command): void {
  const command = program
    .command('start_server')
    .description('Serve an app on a folder of images')
    .option('-a, --app <folder>', 'folder of the app')
    .option('-s, --studies <folder>', 'folder of the images, created when it is not there')
    .option('--labels <folder>', 'folder for labels and catalogue; the studies are only read then')
    .addOption(new Option('-v, --verbose <level>', 'what is logged').choices(logLevels).default('INFO'))
    .option('-c, --conf <key value...>', 'a setting of the app, repeatable')
    .option('-i, --host <address>', 'address to listen on; 0.0.0.0: all', '127.0.0.1')
    .option('-p, --port <number>', 'port to listen on, 0: any (default 8000)')
    .option('--ssl_keyfile <file>', 'private key, PEM; serves https')
    .option('--ssl_certfile <file>', 'certificate, PEM')
    .option('--ssl_keyfile_password <password>', 'of the private key')
    .option('--dryrun', 'check the app, the options and the studies, and end')
    .action(start);
  for (const option of foreignOptions) command.addOption(option);
}

async function start(options: StartOptions): Promise<void> {
  const environment = environmentIn(process.cwd());
  refuseUnsafe(environment);
  const settings = readSettings(environment);
  const folder = existingFolder('--app', options.app ?? settings.MONAI_LABEL_APP_DIR);
  const labels = options.labels ?? settings.MONAI_LABEL_LABELS;
  const studies = studiesFolder(options.studies ?? settings.MONAI_LABEL_STUDIES, labels !== undefined);
  const conf = { ...settings.MONAI_LABEL_APP_CONF, ...pairs(options.conf ?? []) };
  const listening = listeningOptions(options, settings);
  const logFile = path.join(folder, 'logs', 'app.log');
  const log = openLog(logFile, options.verbose);
  for (const sentence of withoutEffect(options, environment)) log.warn(sentence);
  process.on('uncaughtExceptionMonitor', (error) => log.error(error.stack ?? String(error)));

  const engine = new Engine();
  const app = await loadApp({
    folder,
    studies,
    ...(labels !== undefined && { labels }),
    conf,
    engine,
    log,
    watch: settings.MONAI_LABEL_DATASTORE_AUTO_RELOAD,
    ...(settings.MONAI_LABEL_DATASTORE_FILE_EXT && { imagePatterns: settings.MONAI_LABEL_DATASTORE_FILE_EXT }),
  });
  if (options.dryrun === true) {
    log.info(`The app ${folder} can serve ${studies}`);
    await app.close();
    await engine.close();
    return;
  }
  const server = await startServer({ app, log, logFile, studies, ...listening });
  const kept = labels === undefined ? '' : `, labels ${labels}`;
  log.info(`Listening on ${server.url}, app ${folder}, studies ${studies}${kept}`);

  stopOnSignal(log, async () => {
    await Promise.all([server.close(), app.close()]);
    await engine.close();
  });
}

function listeningOptions(
  options: StartOptions,
  settings: Settings,
): Omit<ServerOptions, 'app' | 'log' | 'logFile' | 'studies'> {
  const tls = tlsOptions(options);
  return {
    host: options.host,
    port: portNumber(options.port ?? settings.MONAI_LABEL_SERVER_PORT),
    version: packageVersion(),
    title: settings.MONAI_LABEL_PROJECT_NAME,
    prefix: settings.MONAI_LABEL_API_STR,
    corsOrigins: settings.MONAI_LABEL_CORS_ORIGINS,
    allowedHosts: settings.MONAI_LABEL_ALLOWED_HOSTS,
    maxUpload: settings.MONAI_LABEL_MAX_UPLOAD,
    ...(tls && { tls }),
  };
}

function tlsOptions(options: StartOptions): ServerOptions['tls'] {
  if (options.ssl_keyfile === undefined && options.ssl_certfile === undefined) return undefined;
  if (options.ssl_keyfile === undefined || options.ssl_certfile === undefined) {
    throw new LabelError('INVALID_INPUT', '--ssl_keyfile and --ssl_certfile must be given together');
  }
  return {
    key: readOptionFile('--ssl_keyfile', options.ssl_keyfile),
    cert: readOptionFile('--ssl_certfile', options.ssl_certfile),
    ...(options.ssl_keyfile_password !== undefined && { passphrase: options.ssl_keyfile_password }),
  };
}

function readOptionFile(option: string, file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new LabelError('INVALID_INPUT', `${option} names ${file}, which cannot be read`, { cause: error });
  }
}

function studiesFolder(given: string | undefined, areOnlyRead: boolean): string {
  if (/^https?:/.test(given ?? '')) {
    throw new LabelError('UNSUPPORTED', '--studies must be a folder; this server does not read from DICOMweb');
  }
  if (given !== undefined && !areOnlyRead) makeFolder(given);
  return existingFolder('--studies', given);
}

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    throw new LabelError('INVALID_INPUT', `--studies names ${folder}, which cannot be made: ${String(error)}`);
  }
}

function portNumber(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65535) throw new LabelError('INVALID_INPUT', `The port "${text}" is not a port`);
  return port;
}

/** The first SIGINT or SIGTERM ends everything in order, the second at once. */
function stopOnSignal(log: Log, stop: () => Promise<void>): void {
  let stopping = false;
  const onSignal = (): void => {
    if (stopping) process.exit(1);
    stopping = true;
    log.info('Stopping');
    setTimeout(() => process.exit(1), millisecondsToStop).unref();
    stop().then(
      () => process.exit(0),
      (error: unknown) => {
        log.error(`Stopping failed: ${error instanceof Error ? error.stack : String(error)}`);
        process.exit(1);
      },
    );
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
}
