import { useTranslation } from 'react-i18next';
import { Button, Modal, Text } from '#ui/ui/controls.ts';

interface EraseConfirmProps {
  /** How many pictures would go; 0 while nothing is asked. */
  readonly count: number;
  readonly onCancel: () => void;
  readonly onConfirm: () => void;
}

/** Asks before pictures are erased for good: the one thing here that cannot be taken back. */
export function EraseConfirm({ count, onCancel, onConfirm }: EraseConfirmProps) {
  const { t } = useTranslation('viewer');
  return (
    <Modal
      opened={count > 0}
      onClose={onCancel}
      centered
      size="sm"
      transitionProps={{ duration: 0 }}
      title={t('eraseTitle', { count })}
      closeButtonProps={{ 'aria-label': t('cancel') }}
    >
      <Text>{t('eraseText')}</Text>
      <div style={{ display: 'flex', justifyContent: 'flex-end', gap: 8, marginTop: 16 }}>
        <Button variant="default" onClick={onCancel} data-autofocus>
          {t('cancel')}
        </Button>
        <Button color="red" onClick={onConfirm}>
          {t('eraseConfirm')}
        </Button>
      </div>
    </Modal>
  );
}
