// Finds libtorch, or fetches it: LIBTORCH, an installed Python's torch, our own cache folder, else pip into that cache.

import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { SetupError, attempt, run, say } from './console.mjs';

/** The releases that were built against and tested. */
const cpuVersion = '2.13.0';
const cudaVersion = '2.14.1';
const oldestMinor = 11;
const cpuIndex = 'https://download.pytorch.org/whl/cpu';

/** The user's cache folder, as the XDG rules have it. */
function cacheFolder() {
  return path.join(process.env.XDG_CACHE_HOME || path.join(os.homedir(), '.cache'), 'monailabel');
}

function isLibtorch(folder) {
  return (
    existsSync(path.join(folder, 'include', 'ATen', 'ATen.h')) &&
    existsSync(path.join(folder, 'lib', 'libtorch_cpu.so'))
  );
}

/** "2.13.0" of the folder's own version header. */
export function libtorchVersion(folder) {
  const header = path.join(folder, 'include', 'torch', 'headeronly', 'version.h');
  const text = existsSync(header) ? readFileSync(header, 'utf8') : '';
  const part = (name) => new RegExp(`#define TORCH_VERSION_${name} (\\d+)`).exec(text)?.[1] ?? '0';
  return `${part('MAJOR')}.${part('MINOR')}.${part('PATCH')}`;
}

function recentEnough(folder) {
  const [major, minor] = libtorchVersion(folder).split('.').map(Number);
  return major > 2 || (major === 2 && minor >= oldestMinor);
}

/** True where an NVIDIA driver is loaded: the CUDA libtorch is of use only then. */
function hasNvidiaDriver() {
  return existsSync('/proc/driver/nvidia/version') || existsSync('/dev/nvidiactl');
}

async function pythonsTorch() {
  const code =
    "import importlib.util as u; s = u.find_spec('torch'); print(s.submodule_search_locations[0] if s else '')";
  const folder = (await attempt('python3', ['-c', code]))?.trim();
  return folder && isLibtorch(folder) && recentEnough(folder) ? folder : undefined;
}

async function pip(args, options) {
  await run('python3', ['-m', 'pip', '--disable-pip-version-check', ...args], options);
}

/** The wheel's own needs that are libraries, not Python: "nvidia-cudnn-cu13==9.24.0.43", "cuda-toolkit[…]==13.0.3". */
function libraryRequirements(folder) {
  const info = readdirSync(folder).find((name) => /^torch-.*\.dist-info$/.test(name));
  const metadata = readFileSync(path.join(folder, info, 'METADATA'), 'utf8');
  return [...metadata.matchAll(/^Requires-Dist: ((?:nvidia-|cuda-toolkit)[^;\n]*)/gm)].map((match) => match[1].trim());
}

async function fetchCpu(folder) {
  // The second try names the index of the CPU builds; the first lets a site's own mirror or wheel folder answer.
  const common = ['install', '--no-deps', '--no-compile', '--progress-bar', 'on', '--target', folder];
  const wanted = `torch==${cpuVersion}+cpu`;
  if (
    (await attempt('python3', ['-m', 'pip', 'download', '--no-deps', '-d', `${folder}.wheel`, wanted])) !== undefined
  ) {
    await pip([...common, '--find-links', `${folder}.wheel`, '--no-index', wanted]);
  } else {
    await pip([...common, '--index-url', cpuIndex, wanted]).catch(() => pip([...common, `torch==${cpuVersion}`]));
  }
  rmSync(`${folder}.wheel`, { recursive: true, force: true });
}

async function fetchCuda(folder) {
  const common = ['install', '--no-compile', '--progress-bar', 'on', '--target', folder];
  await pip([...common, '--no-deps', `torch==${cudaVersion}`]);
  await pip([...common, ...libraryRequirements(folder)]);
}

/** Keeps what a build and a run need: headers, libraries, and the nvidia-* libraries beside them. */
function prune(folder) {
  const keep = new Set(['include', 'lib']);
  for (const name of readdirSync(folder)) {
    if (name !== 'torch' && name !== 'nvidia') rmSync(path.join(folder, name), { recursive: true, force: true });
  }
  for (const name of readdirSync(path.join(folder, 'torch'))) {
    if (!keep.has(name)) rmSync(path.join(folder, 'torch', name), { recursive: true, force: true });
  }
  for (const name of ['libtorch_python.so', 'libshm.so'])
    rmSync(path.join(folder, 'torch', 'lib', name), { force: true });
}

async function fetchLibtorch(target, cuda) {
  if ((await attempt('python3', ['-m', 'pip', '--version'])) === undefined) {
    throw new SetupError(
      'libtorch is not on this machine and fetching it needs Python 3 with pip: install python3-pip, or set LIBTORCH to a folder of libtorch',
    );
  }
  say(
    `fetching libtorch (${cuda ? `CUDA, ${cudaVersion}, about 4 GB` : `CPU, ${cpuVersion}, about 200 MB`}) with pip …`,
  );
  const partial = `${target}.partial-${process.pid}`;
  rmSync(partial, { recursive: true, force: true });
  mkdirSync(path.dirname(target), { recursive: true });
  try {
    await (cuda ? fetchCuda(partial) : fetchCpu(partial));
    prune(partial);
    rmSync(target, { recursive: true, force: true });
    renameSync(partial, target);
  } catch (error) {
    throw new SetupError(
      `libtorch could not be fetched with pip (its message is above); install torch for python3 yourself or set LIBTORCH to a folder of libtorch`,
      { cause: error },
    );
  } finally {
    rmSync(partial, { recursive: true, force: true });
    rmSync(`${partial}.wheel`, { recursive: true, force: true });
  }
}

/** The folder of libtorch (with include/ and lib/), fetched if there is none. Rejects with a SetupError. */
export async function findLibtorch() {
  const named = process.env.LIBTORCH;
  if (named) {
    for (const folder of [named, path.join(named, 'torch')]) if (isLibtorch(folder)) return path.resolve(folder);
    throw new SetupError(
      `LIBTORCH is "${named}", but there is no libtorch in it (include/ATen/ATen.h and lib/libtorch_cpu.so)`,
    );
  }
  const installed = await pythonsTorch();
  if (installed) return installed;
  const cuda = hasNvidiaDriver();
  const target = path.join(cacheFolder(), cuda ? `libtorch-${cudaVersion}-cuda` : `libtorch-${cpuVersion}-cpu`);
  if (!isLibtorch(path.join(target, 'torch'))) await fetchLibtorch(target, cuda);
  return path.join(target, 'torch');
}
