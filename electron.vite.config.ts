import { resolve } from 'node:path';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'electron-vite';

const fromRoot = (path: string): string => resolve(import.meta.dirname, path);

// `dependencies` of package.json (native modules and what must keep its own files) stay external by
// electron-vite's `externalizeDeps`; everything else is bundled.
export default defineConfig({
  main: {
    build: {
      outDir: fromRoot('out/main'),
      target: 'node20.19',
      externalizeDeps: true,
      rollupOptions: {
        input: {
          main: fromRoot('src-main/main.ts'),
          headless: fromRoot('src-main/headless.ts'),
          engine: fromRoot('src-main/engine.ts'),
          'filter-thread': fromRoot('src-main/horde/filters/filter-thread.ts'),
        },
        output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: 'chunks/[name]-[hash].js' },
      },
    },
  },
  preload: {
    build: {
      outDir: fromRoot('out/preload'),
      externalizeDeps: false,
      rollupOptions: {
        input: { preload: fromRoot('src-main/shell/preload/preload.ts') },
        // A sandboxed preload script is CommonJS.
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer: {
    root: fromRoot('src-renderer'),
    base: '/',
    plugins: [react()],
    build: {
      outDir: fromRoot('out/renderer'),
      emptyOutDir: true,
      target: 'es2022',
      minify: true,
      manifest: true,
      // The policy of core allows fonts from 'self' only, so nothing may become a data: address.
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      rollupOptions: { input: fromRoot('src-renderer/index.html') },
    },
  },
});
