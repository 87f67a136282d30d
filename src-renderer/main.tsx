import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { followEvents } from './api/event-stream.ts';
import { startI18n } from './app/i18n.ts';
import { HomeScreen } from './studio/home/index.ts';
import { UiProvider } from './ui/UiProvider.tsx';

startI18n();
const client = new QueryClient();
followEvents(client);

const root = document.getElementById('root');
if (!root) throw new Error('index.html has no #root');
createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={client}>
      <UiProvider>
        <HomeScreen />
      </UiProvider>
    </QueryClientProvider>
  </StrictMode>,
);
