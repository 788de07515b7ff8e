import { defineConfig } from 'vite';

/** Beside dist/web, where the tests' compilation of src/labelmap lies. */
const outDir = '../dist/page';

export default defineConfig({
  base: './',
  build: {
    outDir,
    emptyOutDir: true,
    target: 'es2022',
    // The policy of the server allows no data: scripts or styles, and small files are cached like others.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1000,
  },
});
