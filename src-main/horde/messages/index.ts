export { messageRoutes, type MessageRoutesServices } from './routes.ts';
export {
  createMessagesService,
  deleteMessagesOf,
  type MessagesOptions,
  type MessagesService,
} from './service.ts';
