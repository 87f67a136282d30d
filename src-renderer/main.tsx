import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { firstAnswer, followEvents } from './api/event-stream.ts';
import { createQueryClient } from './api/query-client.ts';
import { App } from './app/App.tsx';
import { startI18n } from './app/i18n.ts';
import { createAppRouter, loadScreensWhenIdle } from './app/router.tsx';

startI18n();
const client = createQueryClient();
const router = createAppRouter();
followEvents(client);
// What is read after the stream has opened need not be read twice.
await firstAnswer(200);

const root = document.getElementById('root');
if (!root) throw new Error('index.html has no #root');
createRoot(root).render(
  <StrictMode>
    <App client={client} router={router} />
  </StrictMode>,
);
loadScreensWhenIdle(router);
