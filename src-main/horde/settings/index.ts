export { createHordeSettings, type HordeSettingsService } from './service.ts';
